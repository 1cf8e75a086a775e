import type { Fleet } from './fleet.js';
import { openRequests } from './request-keys.js';
import { restartKey } from './restart-key.js';

/** `begun before`: the incarnation to end had already ended. A paused key is read when it is resumed. */
export type Resynced =
  | {
      readonly done: 'begun';
      readonly incarnation: number;
      readonly isPaused: boolean;
      readonly workers: number;
    }
  | { readonly done: 'begun before'; readonly incarnation: number }
  | { readonly done: 'unknown' };

/**
 * Starts a key's next incarnation, as restartKey does, and asks the fleet to read it.
 * @param incarnation the incarnation that the caller has seen. Two calls with the same number begin only one
 * incarnation. Default: the current one.
 * @returns `unknown` if MongoDB does not have the key.
 * @throws SyncError KEY_CONTENDED, or of class transient or configuration.
 */
export async function resyncKey(fleet: Fleet, key: string, incarnation?: number): Promise<Resynced> {
  const request = await openRequests(fleet.queue); // fail before the key is changed
  const restarted = await restartKey(await fleet.line(), fleet.db, key, request, incarnation);
  if (!restarted) return { done: 'unknown' };
  const { incarnation: now, pausedAt } = restarted.state;
  if (!restarted.isNew) return { done: 'begun before', incarnation: now };
  return { done: 'begun', incarnation: now, isPaused: pausedAt !== null, workers: restarted.asked };
}
