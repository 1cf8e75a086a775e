import { readKey } from '@redis-to-mongo/mongo-sink';
import type { Fleet } from './fleet.js';
import { requestKeys } from './request-keys.js';

/** The result of requesting a sync. `paused`: no request was made, because the key is paused. */
export type Synced =
  | { readonly done: 'asked'; readonly workers: number }
  | { readonly done: 'paused'; readonly pausedAt: Date }
  | { readonly done: 'unknown' };

/**
 * Asks the fleet to sync a key now. Does not wait for the sync. Two requests lead to one or two syncs.
 * @returns `unknown` if MongoDB does not have the key.
 * @throws SyncError of class transient or configuration.
 */
export async function syncNow({ db, queue }: Pick<Fleet, 'db' | 'queue'>, key: string): Promise<Synced> {
  const state = await readKey(db, key);
  if (!state) return { done: 'unknown' };
  if (state.pausedAt) return { done: 'paused', pausedAt: state.pausedAt };
  return { done: 'asked', workers: await requestKeys(queue, [key]) };
}
