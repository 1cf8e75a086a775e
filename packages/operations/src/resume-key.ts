import { markResumed } from '@redis-to-mongo/mongo-sink';
import type { Fleet } from './fleet.js';
import { requestKeys } from './request-keys.js';

/** The result of resuming a key. `workers` is the number of live workers. */
export type Resumed =
  | { readonly done: 'resumed'; readonly workers: number }
  | { readonly done: 'not paused' | 'unknown' };

/**
 * Ends the pause of a key, and requests a job. If the queue does not answer, the key is resumed all the same:
 * its schedule and the scheduler sync it within seconds.
 * @returns `unknown` if MongoDB does not have the key.
 * @throws SyncError of class transient or configuration.
 */
export async function resumeKey({ db, queue }: Pick<Fleet, 'db' | 'queue'>, key: string): Promise<Resumed> {
  const isChanged = await markResumed(db, key, new Date());
  if (isChanged === undefined) return { done: 'unknown' };
  if (!isChanged) return { done: 'not paused' };
  return { done: 'resumed', workers: await requestKeys(queue, [key]) };
}
