import type { JobQueue } from '@redis-to-mongo/job-queue';
import { groupBy, type KeyType } from '@redis-to-mongo/pipeline';

export interface ScheduleKeysOptions {
  readonly queue: Pick<JobQueue, 'schedulers'>;
  /** The interval of a key's job scheduler, in ms. */
  readonly everyMs: (key: string, type: KeyType) => number;
}

/** Creates or updates the job scheduler of each key. @throws what ioredis throws. */
export async function scheduleKeys(
  { queue, everyMs }: ScheduleKeysOptions,
  keys: readonly { readonly key: string; readonly type: KeyType }[],
): Promise<void> {
  const intervals = groupBy(keys, ({ key, type }) => everyMs(key, type));
  for (const [ms, same] of intervals)
    await queue.schedulers.set(
      same.map(({ key }) => key),
      ms,
    );
}
