import { markPaused } from '@redis-to-mongo/mongo-sink';
import type { Fleet } from './fleet.js';

export type Paused = { readonly done: 'paused' | 'paused before' | 'unknown' };

/**
 * Has a key rest: no job reads it until resumeKey; one that is under way ends its slice. What the source trims meanwhile
 * is a gap later. The rest outlives restarts, a lost queue, and the key's own incarnations.
 * @returns `unknown` when MongoDB does not know of the key.
 * @throws SyncError of class transient or configuration.
 */
export async function pauseKey({ db }: Pick<Fleet, 'db'>, key: string): Promise<Paused> {
  const isChanged = await markPaused(db, key, new Date());
  if (isChanged === undefined) return { done: 'unknown' };
  return { done: isChanged ? 'paused' : 'paused before' };
}
