import { markResumed } from '@redis-to-mongo/mongo-sink';
import type { Fleet } from './fleet.js';
import { requestKeys } from './request-keys.js';

export type Resumed =
  | { readonly done: 'resumed'; readonly workers: number }
  | { readonly done: 'not paused' | 'unknown' };

/**
 * Ends a key's rest, and asks for a job at once. Should the queue not answer, the key is resumed nevertheless: its
 * schedule and the scheduler see to it within seconds.
 * @returns `unknown` when MongoDB does not know of the key.
 * @throws SyncError of class transient or configuration.
 */
export async function resumeKey({ db, queue }: Pick<Fleet, 'db' | 'queue'>, key: string): Promise<Resumed> {
  const isChanged = await markResumed(db, key, new Date());
  if (isChanged === undefined) return { done: 'unknown' };
  if (!isChanged) return { done: 'not paused' };
  return { done: 'resumed', workers: await requestKeys(queue, [key]) };
}
