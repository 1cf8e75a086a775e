import type { JobQueue } from '@redis-to-mongo/job-queue';
import { hasScheduler } from '@redis-to-mongo/key-types';
import { activeKeyPages } from '@redis-to-mongo/mongo-sink';
import type { KeyType } from '@redis-to-mongo/pipeline';
import { PAGE } from './reread-lost.js';

export interface NoteUnscheduledOptions {
  readonly db: Parameters<typeof activeKeyPages>[0];
  readonly queue: Pick<JobQueue, 'schedulers' | 'changes'>;
  readonly types: readonly KeyType[];
  /** Asked before each page: whether it continues. */
  readonly goesOn: () => boolean;
}

/**
 * Notes the streams and sets of MongoDB that have no job scheduler, for upkeep to make them. No key is requested: where new keys come
 * all the time, some always wait for theirs, and nobody has removed any.
 * @throws SyncError as mongoError.
 */
export async function noteUnscheduled({ db, queue, types, goesOn }: NoteUnscheduledOptions): Promise<void> {
  for (const type of types.filter(hasScheduler))
    for await (const keys of activeKeyPages(db, PAGE, type)) {
      if (!goesOn()) return;
      const schedules = await queue.schedulers.of(keys);
      const lacking = keys.filter((_, i) => schedules[i] === undefined);
      await queue.changes.add(lacking.map((key) => ({ key, is: 'present' })));
    }
}
