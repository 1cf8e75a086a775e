import { parseStreamInfo } from '@redis-to-mongo/redis-source';
import type { Redis } from 'ioredis';
import type { Db, Document } from 'mongodb';
import { untilMoved } from '../program/until-moved.js';
import type { ChaosLoad } from './chaos-load.js';
import { mirroredDigest } from './value-watch.js';

export interface ToSettle {
  readonly redis: Redis;
  readonly db: Db;
  readonly load: ChaosLoad;
  readonly signal: AbortSignal;
  /** Called at most every 10 s with the keys that are behind. */
  readonly onWait?: (line: string) => void;
}

type KeyDocument = { _id: string } & Document;

const EVERY_MS = 250;
/** The wait fails after this long without progress, in ms: longer than a job may hang. */
const STALL_MS = 120_000;
const REPORT_EVERY_MS = 10_000;
const MAX_REPORTED = 3;

/**
 * Waits until MongoDB has everything that Redis reports of each stream, and the last written state of each
 * value. Nothing may be written during the wait.
 * @throws as untilMoved.
 */
export async function untilSettled({ redis, db, load, signal, onWait }: ToSettle): Promise<void> {
  let reportedAt = performance.now();
  let checkMs = 0;
  const check = async () => {
    const began = performance.now();
    const { behind, seen } = await readProgress(redis, db, load);
    checkMs = performance.now() - began;
    if (behind.length > 0 && performance.now() - reportedAt > REPORT_EVERY_MS) {
      reportedAt = performance.now();
      onWait?.(`${behind.length} keys are behind: ${behind.slice(0, MAX_REPORTED).join('; ')}`);
    }
    return { isDone: behind.length === 0, progress: `${seen} ${behind.length}`, missing: () => behind };
  };
  await untilMoved('the mirror to settle', check, {
    signal,
    stallMs: STALL_MS,
    pollMs: () => Math.max(EVERY_MS, checkMs),
  });
}

async function readProgress(redis: Redis, db: Db, load: ChaosLoad) {
  const records = new Map<string, KeyDocument>();
  for await (const record of db.collection<KeyDocument>('keys').find({})) records.set(record._id, record);
  const behind: string[] = [];
  let seen = 0;
  for (const { written } of load.streams) {
    const record = records.get(written.key);
    seen += Number(record?.counts?.seen ?? 0);
    const problem = await streamProblem(redis, written.key, record, load.hasLostTarget);
    if (problem !== undefined) behind.push(`${written.key}: ${problem}`);
  }
  for (const { key, digest } of load.values.flatMap(({ written }) => written))
    if ((await mirroredDigest(db, key).catch(() => undefined)) !== digest) behind.push(`${key}: differs`);
  return { behind, seen };
}

async function streamProblem(
  redis: Redis,
  key: string,
  record: KeyDocument | undefined,
  hasLostTarget: boolean,
): Promise<string | undefined> {
  const exists = (await redis.exists(key)) === 1;
  // A key that neither side has was deleted before MongoDB lost data.
  if (!record) return exists || !hasLostTarget ? 'MongoDB does not have it' : undefined;
  const error = record.lastError ? `, last error ${String(record.lastError.code)}` : '';
  if (!exists)
    return record.status === 'deleted' ? undefined : `gone from Redis, but ${String(record.status)}${error}`;
  const info = parseStreamInfo(await redis.xinfo('STREAM', key));
  const { position, lag, status } = record;
  if (status !== 'active') return `in Redis, but ${String(status)}${error}`;
  if (position?.lastId !== info.lastId || position?.added !== info.added || lag !== 0)
    return `at ${String(position?.lastId)} of ${info.lastId}, ${String(position?.added)} of ${info.added} added, lag ${String(lag)}${error}`;
  return undefined;
}
