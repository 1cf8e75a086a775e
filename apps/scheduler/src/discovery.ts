import { type JobQueue, schedulerId } from '@redis-to-mongo/job-queue';
import { isKeyType, type KeyType, keyBytes } from '@redis-to-mongo/pipeline';
import { discover, type FoundKey, stillThere } from '@redis-to-mongo/redis-source';
import type { KeyCensus } from './key-census.js';
import { planSchedules } from './plan-schedules.js';

type Redis = Parameters<typeof discover>[0];

export interface DiscoveryOptions {
  readonly redis: Redis;
  readonly queue: JobQueue;
  readonly census: KeyCensus;
  readonly wanted: (keyId: string) => boolean;
  readonly types: readonly KeyType[];
  readonly intervalMs: number;
}

export interface DiscoveryReport {
  readonly keys: number;
  readonly byType: ReadonlyMap<string, number>;
  readonly scheduled: number;
  readonly unscheduled: number;
  /** Keys that have gone; a last job retires each in MongoDB. */
  readonly gone: number;
  /** Schedulers that had stopped, and were set going again. */
  readonly repaired: number;
}

/** One pass: finds the keys, and brings the job schedulers in line with them, by difference. */
export async function runDiscovery(options: DiscoveryOptions): Promise<DiscoveryReport> {
  const { redis, queue, census } = options;
  for await (const found of discover(redis, { wanted: options.wanted, known: census.types }))
    census.meet(found);
  const gone = await findGone(redis, census);

  const synced = [...census.types].filter(([, type]) => isSynced(type, options.types)).map(([key]) => key);
  const difference = planSchedules(synced, await queue.schedulerIds());
  await queue.schedule(difference.add, options.intervalMs);
  await queue.removeSchedulers(difference.remove);
  for (const key of gone) await queue.wake(key);
  const repaired = await repair(queue, synced, options.intervalMs);
  return {
    keys: census.types.size,
    byType: countByType(census.types.values()),
    scheduled: difference.add.length,
    unscheduled: difference.remove.length,
    gone: gone.length,
    repaired,
  };
}

/** Keys that SCAN missed several times and that are not there when asked by name. */
async function findGone(redis: Redis, census: KeyCensus): Promise<string[]> {
  const suspects = census.endPass();
  const there = await stillThere(redis, suspects.map(keyBytes));
  const gone = suspects.filter((_, i) => there[i] === false);
  for (const key of gone) census.forget(key);
  return gone;
}

/** The watchdog: a scheduler whose next run lies long in the past is made anew. */
async function repair(queue: JobQueue, keys: readonly string[], intervalMs: number): Promise<number> {
  const stopped = new Set(await queue.stoppedSchedulers());
  if (stopped.size === 0) return 0;
  const broken = keys.filter((key) => stopped.has(schedulerId(key)));
  await queue.unschedule(broken);
  await queue.schedule(broken, intervalMs);
  return broken.length;
}

function isSynced(type: FoundKey['type'], types: readonly KeyType[]): boolean {
  return isKeyType(type) && types.includes(type);
}

function countByType(types: Iterable<FoundKey['type']>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const type of types) {
    const name = isKeyType(type) ? type : type.unknown;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
