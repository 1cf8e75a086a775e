import { readDeadLetter } from '@redis-to-mongo/mongo-sink';
import {
  compareEntryIds,
  decodedIfKnown,
  isEntryId,
  messageIdBounds,
  placeOf,
  plainMessage,
} from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';
import type { Db, Document } from 'mongodb';
import { contentDigest, pairsOf } from './content-digest.js';
import type { StreamFindings } from './stream-findings.js';
import type { WrittenEntry, WrittenStream } from './written-stream.js';

type AnyDocument = { _id: string } & Document;

const SEPARATOR = ':info:';
/** The digest of a document that is not a valid entry. */
const NOTHING = -1;

interface Wanted {
  readonly entry: WrittenEntry;
  readonly incarnation: number;
  times: number;
}

/** Checks that Redis holds exactly what the writer recorded. Without that, nothing else can be judged. */
export async function judgeSource(
  redis: Redis,
  written: WrittenStream,
  findings: StreamFindings,
): Promise<void> {
  const inRedis = await redis.xrangeBuffer(written.key, '-', '+');
  const { held } = written;
  for (const [i, [id, flat]] of inRedis.entries()) {
    const entry = held[i];
    if (entry?.id !== String(id) || entry.digest !== contentDigest(pairsOf(flat))) {
      findings.report(`Redis holds ${String(id)} where ${entry?.id ?? 'nothing'} was written`);
      return;
    }
  }
  if (inRedis.length !== held.length)
    findings.report(`Redis holds ${inRedis.length} entries of ${held.length}: it lost acknowledged ones`);
}

/**
 * Looks for each written entry of streams among their dead letters and the messages of one collection. The
 * collection is read once: a server without an index on ranges of `_id` would read all of it for each stream.
 * @returns the number of messages that belong to none of the streams.
 */
export async function judgeMirror(
  db: Db,
  collection: string,
  streams: Iterable<readonly [WrittenStream, StreamFindings]>,
): Promise<number> {
  const judges = new Map<string, StreamJudge>();
  for (const [written, findings] of streams) {
    const { stream, type } = placeOf(written.key, SEPARATOR);
    judges.set(placeText(stream, type), new StreamJudge(written, findings));
  }
  let strays = 0;
  const messages = db.collection<AnyDocument>(collection).find().sort({ _id: 1 }).allowDiskUse(true);
  for await (const message of messages) {
    const { stream, type } = plainMessage(message);
    if (judges.get(placeText(stream, type))?.take(message) !== true) strays++;
  }
  for (const judge of judges.values()) await judge.end(db);
  return strays;
}

/** Matches the messages of a stream, in the order of `_id`, with everything that was written to it. */
class StreamJudge {
  readonly #bounds: ReturnType<typeof messageIdBounds>;
  readonly #wanted = new Map<string, Wanted>();
  #before: { readonly prefix: string; readonly entryId: string; readonly incarnation: number } | undefined;

  constructor(
    private readonly written: WrittenStream,
    private readonly findings: StreamFindings,
  ) {
    this.#bounds = messageIdBounds(written.key);
    for (const [incarnation, entries] of written.incarnations.entries())
      for (const entry of entries)
        this.#wanted.set(`${entry.id} ${entry.digest}`, { entry, incarnation, times: 0 });
  }

  /** Judges a message. @returns whether it belongs to this stream, by its fields and its `_id`. */
  take(message: AnyDocument): boolean {
    const { _id } = message;
    const { key } = this.written;
    const { entryId, stream: ofStream, type: ofType, ...stored } = plainMessage(message);
    const { stream, type } = placeOf(key, SEPARATOR);
    if (ofStream !== stream || ofType !== type) return false;
    if (_id <= this.#bounds.$gt || _id >= this.#bounds.$lt) return false;
    const findings = this.findings;
    findings.documents += 1;
    const found = isEntryId(entryId) ? this.#wanted.get(`${entryId} ${digestOf(stored)}`) : undefined;
    if (!found || !isEntryId(entryId)) {
      findings.report(`${_id} holds an entry that was never written`);
      return true;
    }
    found.times += 1;
    if (found.entry.tooLarge) findings.report(`${_id} is too large, but stored as a message`);
    const prefix = _id.slice(0, _id.indexOf(':', key.length));
    const before = this.#before;
    if (before?.prefix === prefix && compareEntryIds(before.entryId, entryId) >= 0)
      findings.report(`${_id} is out of order`);
    if (before && found.incarnation < before.incarnation)
      findings.report(`${_id} belongs to an earlier incarnation`);
    this.#before = { prefix, entryId, incarnation: found.incarnation };
    return true;
  }

  /** Checks the dead letters as well, and reports entries that are missing or duplicated. */
  async end(db: Db): Promise<void> {
    const findings = this.findings;
    await readLetters(db, this.written.key, this.#wanted, findings);
    for (const { entry, times } of this.#wanted.values()) {
      findings.entries += 1;
      if (times > 1) findings.report(`${entry.id} is there ${times} times`, 'duplicated', times - 1);
      if (times > 0) continue;
      if (entry.isRemoved) findings.lost += 1;
      else findings.report(`${entry.id} is missing: Redis still holds it`, 'missing');
    }
  }
}

function placeText(stream: unknown, type: unknown): string {
  return JSON.stringify([stream, type]);
}

async function readLetters(
  db: Db,
  key: string,
  wanted: ReadonlyMap<string, Wanted>,
  findings: StreamFindings,
): Promise<void> {
  const { stream, type } = placeOf(key, SEPARATOR);
  const letters = await db
    .collection<AnyDocument>('dead_letters')
    .find({ stream, type }, { projection: { entryId: 1 } })
    .toArray();
  for (const { _id, entryId } of letters) {
    findings.dead += 1;
    const whole = await readDeadLetter(db, _id);
    const found = wanted.get(`${String(entryId)} ${digestOf(whole)}`);
    if (!found) findings.report(`dead letter ${_id} is not the entry that was written`);
    else {
      found.times += 1;
      if (!found.entry.tooLarge) findings.report(`dead letter ${_id} would fit in a document`);
    }
  }
}

function digestOf(stored: Parameters<typeof decodedIfKnown>[0] | undefined): number {
  const entry = decodedIfKnown(stored ?? {});
  return entry?.left === 0 && entry.isIntact ? contentDigest(entry.pairs) : NOTHING;
}
