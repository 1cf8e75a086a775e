import type { JobQueue } from '@redis-to-mongo/job-queue';
import type { KeyType } from '@redis-to-mongo/pipeline';

export interface ScheduleKeysOptions {
  readonly queue: Pick<JobQueue, 'schedule' | 'schedulers'>;
  /** The interval of a key's job scheduler, in ms. */
  readonly everyMs: (key: string, type: KeyType) => number;
}

/**
 * Creates or updates the job scheduler of each key.
 * @returns how many had none, or one of another interval.
 * @throws what ioredis throws.
 */
export async function scheduleKeys(
  { queue, everyMs }: ScheduleKeysOptions,
  keys: readonly { readonly key: string; readonly type: KeyType }[],
): Promise<number> {
  const schedules = await queue.schedulers.of(keys.map(({ key }) => key));
  const differing = keys
    .map(({ key, type }) => ({ key, ms: everyMs(key, type) }))
    .filter(({ ms }, i) => schedules[i]?.everyMs !== ms);
  for (const interval of new Set(differing.map(({ ms }) => ms)))
    await queue.schedule(
      differing.flatMap(({ key, ms }) => (ms === interval ? [key] : [])),
      interval,
    );
  return differing.length;
}
