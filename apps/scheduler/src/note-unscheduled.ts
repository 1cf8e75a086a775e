import type { JobQueue } from '@redis-to-mongo/job-queue';
import { hasScheduler } from '@redis-to-mongo/key-types';
import { activeKeyPages } from '@redis-to-mongo/mongo-sink';
import { PAGE } from './reread-lost.js';
import type { SweepOptions } from './sweep.js';

export interface NoteUnscheduledOptions extends Pick<SweepOptions, 'db' | 'types'> {
  readonly queue: Pick<JobQueue, 'schedulers' | 'changes'>;
  /** Called before each page; false ends the search. */
  readonly goesOn: () => boolean;
}

/**
 * Reports the streams and sets in MongoDB that have no job scheduler, so that upkeep creates them. It
 * requests no key: if new keys arrive all the time, some of them always wait for their job schedulers, though
 * none was removed.
 */
export async function noteUnscheduled({ db, queue, types, goesOn }: NoteUnscheduledOptions): Promise<void> {
  for (const type of types.filter(hasScheduler))
    for await (const keys of activeKeyPages(db, PAGE, type)) {
      if (!goesOn()) return;
      const runs = await queue.schedulers.nextRuns(keys);
      const lacking = keys.filter((_, i) => runs[i] === null);
      await queue.changes.add(lacking.map((key) => ({ key, is: 'present' })));
    }
}
