import { markPaused } from '@redis-to-mongo/mongo-sink';
import type { Fleet } from './fleet.js';

/** The result of pausing a key. */
export type Paused = { readonly done: 'paused' | 'paused before' | 'unknown' };

/**
 * Pauses a key: no job reads it until resumeKey. A running job finishes its slice. Entries that the source
 * trims meanwhile become a gap. The pause outlives restarts, a lost queue, and the key's incarnations.
 * @returns `unknown` if MongoDB does not have the key.
 * @throws SyncError of class transient or configuration.
 */
export async function pauseKey({ db }: Pick<Fleet, 'db'>, key: string): Promise<Paused> {
  const isChanged = await markPaused(db, key, new Date());
  if (isChanged === undefined) return { done: 'unknown' };
  return { done: isChanged ? 'paused' : 'paused before' };
}
