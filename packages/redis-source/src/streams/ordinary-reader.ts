import type { Redis } from 'ioredis';
import { documentsByRule } from './documents-by-rule.js';
import { digestOf } from './entry-digest.js';
import { readStream } from './read-stream.js';
import { StreamMarks } from './stream-marks.js';
import type { StreamReader } from './stream-reader.js';

/** The ordinary path: ioredis parses the reply to strings, which become documents, which the driver encodes as BSON. */
export function ordinaryReader(redis: Redis): StreamReader {
  return {
    async read({ key, after, count, isAnchored, isBinary, state, incarnation, rule, marks: known }) {
      const from = isAnchored ? after : `(${after}`;
      const reading = await readStream(redis, key, from, isAnchored ? count + 1 : count, isBinary);
      if (!reading) return undefined;
      const { info, expiresAt, binary } = reading;
      const anchor = isAnchored && reading.entries[0]?.[0] === after ? reading.entries[0] : undefined;
      const entries = anchor ? reading.entries.slice(1) : reading.entries;
      const last = entries.at(-1);
      const marks = StreamMarks.after(known);
      for (const entry of entries)
        if (marks.takesNext()) marks.put({ id: entry[0], digest: digestOf(entry) });
      return {
        info,
        expiresAt,
        anchorDigest: anchor && digestOf(anchor),
        messages: documentsByRule(state, incarnation, entries, rule),
        last: last && { id: last[0], digest: digestOf(last) },
        marks,
        isBinary: binary,
        release: () => {},
      };
    },
  };
}
