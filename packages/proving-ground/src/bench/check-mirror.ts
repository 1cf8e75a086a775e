import { METADATA_TYPE, ruleBook } from '@redis-to-mongo/key-types';
import { STREAM_MESSAGES } from '@redis-to-mongo/pipeline';
import { scanKeys } from '@redis-to-mongo/redis-source';
import { verifyMirror } from '@redis-to-mongo/verify';
import type { Redis } from 'ioredis';
import type { Db } from 'mongodb';
import { contentDigest, pairsOf } from '../judge/content-digest.js';
import { judgeMirror } from '../judge/judge-streams.js';
import { StreamFindings } from '../judge/stream-findings.js';
import { WrittenStream } from '../judge/written-stream.js';
import { untilMoved } from '../program/until-moved.js';
import { ProvingError } from '../proving-error.js';
import type { BenchEnvironment } from './bench-environment.js';

/** @throws ProvingError `PROVING_NOT_MIRRORED` unless there are just this many messages; each `_id` is there once. */
export async function checkCount(target: { count(): Promise<number> }, entries: number): Promise<void> {
  const found = await target.count();
  if (found !== entries) throw notMirrored(`${found} messages are there, not ${entries}`);
}

/** Compares the source with MongoDB, streams and sets, each entry and member. @throws ProvingError `PROVING_NOT_MIRRORED`. */
export async function compareStreams(
  { redis }: { readonly redis: Redis },
  { db }: { readonly db: Db },
  entries: number,
): Promise<void> {
  const streams = new Map<string, readonly [WrittenStream, StreamFindings]>();
  for await (const page of scanKeys(redis, () => true))
    for (const { key, type } of page)
      if (type === 'stream') streams.set(key, [await writtenTo(redis, key), new StreamFindings(key)]);
  const strays = await judgeMirror(db, STREAM_MESSAGES, streams.values());
  const { findings } = await verifyMirror(
    { redis, db },
    {
      wanted: (key) => !streams.has(key),
      types: [METADATA_TYPE.names.keyType],
      rules: ruleBook(),
      settleMs: 0,
    },
  );
  const judged = [...streams.values()].map(([, found]) => found);
  const [first] = [
    ...judged.flatMap(({ problems }) => problems),
    ...findings.flatMap(({ key, problems }) => problems.map((text) => `${key}: ${text}`)),
  ];
  if (first !== undefined) throw notMirrored(first);
  if (strays > 0) throw notMirrored(`${strays} messages belong to no stream`);
  const compared = judged.reduce((sum, found) => sum + found.entries, 0);
  if (compared !== entries) throw notMirrored(`${compared} entries were compared, not ${entries}`);
}

/** What a stream holds that lost nothing. */
async function writtenTo(redis: Redis, key: string): Promise<WrittenStream> {
  const written = new WrittenStream(key);
  for (const [id, flat] of await redis.xrangeBuffer(key, '-', '+'))
    written.add(String(id), contentDigest(pairsOf(flat)));
  return written;
}

export function notMirrored(found: string): ProvingError {
  return new ProvingError('PROVING_NOT_MIRRORED', `the mirror is not what it should be: ${found}`);
}

const POLL_MS = 200;

/**
 * Resolves when this many messages are in the target.
 * @param isOver whether anyone who brings them has ended.
 * @throws ProvingError `PROVING_STALLED` when it has, or when nothing has come for a minute.
 */
export async function untilMirrored(
  { signal }: Pick<BenchEnvironment, 'signal'>,
  who: string,
  target: { count(): Promise<number> },
  messages: number,
  isOver: () => boolean = () => false,
): Promise<void> {
  const check = async () => {
    const found = await target.count();
    const missing = `${who} has moved ${found} of ${messages} entries`;
    if (found < messages && isOver()) throw new ProvingError('PROVING_STALLED', `${missing}, and has ended`);
    return { isDone: found >= messages, progress: found, missing: () => [missing] };
  };
  await untilMoved(`${messages} messages`, check, { signal, pollMs: () => POLL_MS });
}
