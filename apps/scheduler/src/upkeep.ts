import {
  CLOCK_TOLERANCE_MS,
  type JobQueue,
  type Schedule,
  type ScheduleChange,
} from '@redis-to-mongo/job-queue';
import { hasScheduler, isKeyType } from '@redis-to-mongo/key-types';
import type { KeyType } from '@redis-to-mongo/pipeline';
import { typesOf } from '@redis-to-mongo/redis-source';
import { overdueAfterMs } from './overdue-after.js';
import { scheduleKeys } from './schedule-keys.js';
import type { SweepOptions } from './sweep.js';

export interface UpkeepOptions extends Pick<SweepOptions, 'redis' | 'wanted' | 'types' | 'everyMs'> {
  readonly queue: JobQueue;
}

export interface UpkeepReport {
  /** Keys that a worker has not read, because they are paused. */
  readonly paused: readonly string[];
  /** Keys that were requested again, because their job or worker was lost. */
  readonly requestedAgain: number;
  readonly scheduled: number;
  readonly unscheduled: number;
  /** Job schedulers that had stopped or were postponed, and were created again. */
  readonly repaired: number;
}

const AT_ONCE = 500;
/** Job schedulers checked per turn for a postponed run: checking AT_ONCE takes the queue's Redis 3 ms. */
const CHECKED = 50;
/**
 * Maximum time per turn for creating and removing job schedulers, in ms. While more than AT_ONCE keys are
 * due, a turn handles only AT_ONCE job schedulers, because keys are synced first.
 */
const TURN_MS = 1_000;

/**
 * Regular maintenance, about every second: lost jobs, dead workers, and job schedulers of new and deleted
 * keys.
 */
export async function upkeep(options: UpkeepOptions): Promise<UpkeepReport> {
  const { queue } = options;
  // Sent together, answered together: usually there is nothing to do, and each separate answer costs a
  // wake-up.
  const [abandoned, due, stopped, postponed, changes] = await Promise.all([
    queue.due.abandoned(),
    queue.dueCount(),
    queue.schedulers.stopped(AT_ONCE),
    queue.schedulers.postponed(CHECKED),
    queue.changes.count(),
  ]);
  if (abandoned.length > 0) await queue.request(abandoned);
  const overdue = due > 0 ? await requestOverdue(queue) : 0;
  const repaired = await repair(queue, [...stopped, ...(await maySetBack(queue, postponed))]);
  const { paused, scheduled, unscheduled } = await carryOutAll(options, changes);
  return { requestedAgain: abandoned.length + overdue, paused, scheduled, unscheduled, repaired };
}

async function carryOutAll(
  options: UpkeepOptions,
  changes: number,
): Promise<Pick<UpkeepReport, 'paused' | 'scheduled' | 'unscheduled'>> {
  const { queue } = options;
  const sum = { paused: [] as string[], scheduled: 0, unscheduled: 0 };
  if (changes === 0) return sum;
  for (const began = performance.now(); performance.now() - began < TURN_MS; ) {
    const reported = await queue.changes.take(AT_ONCE);
    const { paused, scheduled, unscheduled } = await carryOut(options, reported);
    await queue.changes.settle(reported);
    sum.paused.push(...paused);
    sum.scheduled += scheduled;
    sum.unscheduled += unscheduled;
    if (reported.length < AT_ONCE || (await queue.dueCount()) > AT_ONCE) break;
  }
  return sum;
}

async function carryOut(
  options: UpkeepOptions,
  reported: readonly ScheduleChange[],
): Promise<Pick<UpkeepReport, 'paused' | 'scheduled' | 'unscheduled'>> {
  const paused = reported.filter(({ is }) => is === 'paused').map(({ key }) => key);
  const unclear = await withoutScheduled(options, reported);
  const present = await presentOf(options, [...unclear.keys()]);
  const lacking = [...present].flatMap(([key, type]) =>
    unclear.get(key) === options.everyMs(key, type) ? [] : [{ key, type }],
  );
  await scheduleKeys(options, lacking);
  const gone = [...unclear.keys()].filter((key) => !present.has(key));
  await options.queue.schedulers.removeOf(gone);
  return { paused, scheduled: lacking.length, unscheduled: gone.length };
}

async function requestOverdue(queue: JobQueue): Promise<number> {
  const { waiting, due } = await queue.depth();
  const workers = waiting > 0 ? await queue.workerCount() : 0;
  const afterMs = overdueAfterMs({ waiting, due, workers });
  if (afterMs === undefined) return 0;
  const overdue = await queue.due.overdue(afterMs, AT_ONCE);
  await queue.due.retry(overdue, 0);
  return overdue.length;
}

/**
 * Finds the reported keys whose job scheduler may have to be created, changed or removed, with its current
 * interval. A key is left out if its job scheduler has the right interval, for example because an earlier
 * report led to it.
 */
async function withoutScheduled(
  { queue, types, everyMs }: UpkeepOptions,
  reported: readonly ScheduleChange[],
): Promise<ReadonlyMap<string, number | undefined>> {
  const keys = [...new Set(reported.filter(({ is }) => is !== 'paused').map(({ key }) => key))];
  const gone = new Set(reported.filter(({ is }) => is === 'gone').map(({ key }) => key));
  const scheduled = types.filter((type) => hasScheduler(type));
  const schedules = await queue.schedulers.of(keys);
  return new Map(
    keys.flatMap((key, i) => {
      const ms = schedules[i]?.everyMs;
      const isUnclear = gone.has(key) || scheduled.some((type) => ms !== everyMs(key, type));
      return isUnclear ? [[key, ms] as const] : [];
    }),
  );
}

/** Reads the types of the keys from the source, because the workers' reports may be out of date. */
async function presentOf(
  { redis, wanted, types }: UpkeepOptions,
  keys: readonly string[],
): Promise<Map<string, KeyType>> {
  const answers = await typesOf(redis, keys);
  return new Map(
    keys.flatMap((key, i) => {
      const type = answers[i];
      const isSynced = isKeyType(type) && types.includes(type) && hasScheduler(type) && wanted(key);
      return isSynced ? [[key, type] as const] : [];
    }),
  );
}

/**
 * The postponed job schedulers to create again, if some were found: none while the clock of a process is wrong.
 * It would postpone them again, or, if it is ahead, run each of them at once.
 */
async function maySetBack(queue: JobQueue, found: readonly Schedule[]): Promise<readonly Schedule[]> {
  if (found.length === 0) return [];
  const processes = (await queue.processes()).filter(({ is }) => is === 'alive');
  const isRight = processes.every(({ clockAheadMs = 0 }) => Math.abs(clockAheadMs) <= CLOCK_TOLERANCE_MS);
  return isRight ? await queue.schedulers.postponed(AT_ONCE) : [];
}

async function repair(queue: JobQueue, stopped: readonly Schedule[]): Promise<number> {
  await queue.schedulers.remove(stopped.map(({ id }) => id));
  for (const { key, everyMs } of stopped)
    if (key !== undefined && everyMs !== undefined) await queue.schedulers.set([key], everyMs);
  return stopped.length;
}
