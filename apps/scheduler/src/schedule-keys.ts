import type { JobQueue } from '@redis-to-mongo/job-queue';
import type { KeyType } from '@redis-to-mongo/pipeline';

export interface ScheduleKeysOptions {
  readonly queue: Pick<JobQueue, 'schedule' | 'schedulers'>;
  /** The interval of a key's job scheduler, in ms. */
  readonly everyMs: (key: string, type: KeyType) => number;
}

interface ScheduledKey {
  readonly key: string;
  readonly type: KeyType;
}

/**
 * Creates or updates the job scheduler of each key.
 * @returns how many had none, or one of another interval.
 * @throws what ioredis throws.
 */
export async function scheduleKeys(
  options: ScheduleKeysOptions,
  keys: readonly ScheduledKey[],
): Promise<number> {
  const { queue, everyMs } = options;
  const { lacking } = await findSchedulers(options, keys);
  const intervals = new Map<number, string[]>();
  for (const { key, type } of lacking) {
    const ms = everyMs(key, type);
    const same = intervals.get(ms);
    if (same) same.push(key);
    else intervals.set(ms, [key]);
  }
  for (const [ms, same] of intervals) await queue.schedule(same, ms);
  return lacking.length;
}

/**
 * Finds keys whose job scheduler is not there, or is one of another interval.
 * @returns them, and how many of all keys have a job scheduler.
 */
export async function findSchedulers(
  { queue, everyMs }: Pick<ScheduleKeysOptions, 'everyMs'> & { readonly queue: Pick<JobQueue, 'schedulers'> },
  keys: readonly ScheduledKey[],
): Promise<{ readonly lacking: readonly ScheduledKey[]; readonly found: number }> {
  const schedules = await queue.schedulers.of(keys.map(({ key }) => key));
  return {
    lacking: keys.filter(({ key, type }, i) => schedules[i]?.everyMs !== everyMs(key, type)),
    found: schedules.filter((schedule) => schedule !== undefined).length,
  };
}
