import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Db, Document } from 'mongodb';
import { ProvingError } from '../proving-error.js';
import { compareSet } from '../verify/compare-set.js';
import type { ChaosLoad } from './chaos-load.js';
import { mirroredDigest } from './value-watch.js';

export interface ToSettle {
  readonly redis: Redis;
  readonly db: Db;
  readonly load: ChaosLoad;
  readonly signal: AbortSignal;
  /** Without any progress for this long, in ms, waiting is given up; default 120,000: longer than a job may hang. */
  readonly stallMs?: number;
  /** Told now and then what is waited for. */
  readonly onWait?: (line: string) => void;
}

type KeyDocument = { _id: string } & Document;

const EVERY_MS = 250;
const NAMED = 10;
const REPORT_EVERY_MS = 10_000;
const MAX_REPORTED = 3;

/**
 * Waits until MongoDB tells of every stream what Redis tells of it now, and every set is the same on both sides. Nothing
 * may be written meanwhile.
 * @throws ProvingError `PROVING_STALLED`, naming what is behind, or the signal's reason.
 */
export async function untilSettled(settling: ToSettle): Promise<void> {
  const { signal, stallMs = 120_000, onWait } = settling;
  let reportedAt = performance.now();
  let last = '';
  let since = performance.now();
  for (;;) {
    signal.throwIfAborted();
    const { behind, seen } = await lookAround(settling);
    if (behind.length === 0) return;
    const state = `${seen} ${behind.length}`;
    if (state !== last) {
      last = state;
      since = performance.now();
    }
    if (performance.now() - reportedAt > REPORT_EVERY_MS) {
      reportedAt = performance.now();
      onWait?.(`${behind.length} keys are behind: ${behind.slice(0, MAX_REPORTED).join('; ')}`);
    }
    if (performance.now() - since > stallMs) {
      const more = behind.length > NAMED ? `; and ${behind.length - NAMED} more` : '';
      const named = behind.slice(0, NAMED).join('; ');
      throw new ProvingError(
        'PROVING_STALLED',
        `waited for the mirror to settle, and nothing has moved for ${stallMs / 1000} s: ${named}${more}`,
      );
    }
    await sleep(EVERY_MS, undefined, { signal });
  }
}

async function lookAround({ redis, db, load }: ToSettle): Promise<{ behind: string[]; seen: number }> {
  const records = new Map<string, KeyDocument>();
  for await (const record of db.collection<KeyDocument>('keys').find({})) records.set(record._id, record);
  const behind: string[] = [];
  let seen = 0;
  for (const { written } of load.streams) {
    const record = records.get(written.key);
    seen += Number(record?.counts?.seen ?? 0);
    const problem = await streamProblem(redis, written.key, record);
    if (problem !== undefined) behind.push(`${written.key}: ${problem}`);
  }
  for (const { key } of load.sets) {
    const { verdict, problem } = await compareSet(redis, db, key);
    if (verdict !== 'equal') behind.push(problem);
    else if (records.get(key)?.status !== 'active') behind.push(`${key}: not active`);
  }
  for (const { key, digest } of load.values.flatMap(({ written }) => written))
    if ((await mirroredDigest(db, key).catch(() => undefined)) !== digest) behind.push(`${key}: differs`);
  return { behind, seen };
}

async function streamProblem(
  redis: Redis,
  key: string,
  record: KeyDocument | undefined,
): Promise<string | undefined> {
  if (!record) return 'MongoDB does not know of it';
  const error = record.lastError ? `, last error ${String(record.lastError.code)}` : '';
  if ((await redis.exists(key)) === 0)
    return record.status === 'deleted' ? undefined : `gone from Redis, but ${String(record.status)}${error}`;
  const info = new Map<string, unknown>();
  const reply: unknown[] = await redis
    .xinfo('STREAM', key)
    .then((found) => (Array.isArray(found) ? found : []));
  for (let i = 0; i + 1 < reply.length; i += 2) info.set(String(reply[i]), reply[i + 1]);
  const { position, lag, status } = record;
  if (status !== 'active') return `in Redis, but ${String(status)}${error}`;
  const [lastId, added] = [info.get('last-generated-id'), info.get('entries-added')];
  if (position?.lastId !== lastId || position?.added !== added || lag !== 0)
    return `at ${String(position?.lastId)} of ${String(lastId)}, ${String(position?.added)} of ${String(added)} added, lag ${String(lag)}${error}`;
  return undefined;
}
