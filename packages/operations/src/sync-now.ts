import { readKey } from '@redis-to-mongo/mongo-sink';
import type { Fleet } from './fleet.js';
import { requestKeys } from './request-keys.js';

/** `paused`: nothing was asked for, the key rests until it is resumed. */
export type Synced =
  | { readonly done: 'asked'; readonly workers: number }
  | { readonly done: 'paused'; readonly pausedAt: Date }
  | { readonly done: 'unknown' };

/**
 * Asks the fleet to sync a key now, out of turn, and does not wait for it. Asked twice, it is synced once or twice.
 * @returns `unknown` when MongoDB does not know of the key.
 * @throws SyncError of class transient or configuration.
 */
export async function syncNow({ db, queue }: Pick<Fleet, 'db' | 'queue'>, key: string): Promise<Synced> {
  const state = await readKey(db, key);
  if (!state) return { done: 'unknown' };
  if (state.pausedAt) return { done: 'paused', pausedAt: state.pausedAt };
  return { done: 'asked', workers: await requestKeys(queue, [key]) };
}
