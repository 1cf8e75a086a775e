import type { JobQueue } from '@redis-to-mongo/job-queue';
import { type MongoHandle, markPaused, markResumed, readKey } from '@redis-to-mongo/mongo-sink';
import type { Line } from '@redis-to-mongo/pipeline';
import { openRequests, requestKeys } from './request-keys.js';
import { restartKey } from './restart-key.js';

/** The result of pausing a key. */
type Paused = { readonly done: 'paused' | 'paused before' | 'unknown' };

/**
 * Pauses keys: no job reads them until resumeKeys. A running job finishes its slice. Entries that the source
 * trims meanwhile become a gap. The pause outlives restarts, a lost queue, and the keys' incarnations.
 * @returns the result for each key; `unknown` if MongoDB does not have it.
 * @throws SyncError of class transient or configuration.
 */
export async function pauseKeys(
  { db }: Pick<Fleet, 'db'>,
  keys: readonly string[],
): Promise<readonly Paused[]> {
  const marked = await markPaused(db, keys, new Date());
  return keys.map((key) => {
    const isChanged = marked.get(key);
    if (isChanged === undefined) return { done: 'unknown' };
    return { done: isChanged ? 'paused' : 'paused before' };
  });
}

/** The result of resuming a key. `workers` is the number of live workers. */
type Resumed =
  | { readonly done: 'resumed'; readonly workers: number }
  | { readonly done: 'not paused' | 'unknown' };

/**
 * Ends the pause of keys, and requests jobs. If the queue does not answer, the keys are resumed all the same:
 * their schedules and the scheduler sync them within seconds.
 * @returns the result for each key; `unknown` if MongoDB does not have it.
 * @throws SyncError of class transient or configuration.
 */
export async function resumeKeys(
  { db, queue }: Pick<Fleet, 'db' | 'queue'>,
  keys: readonly string[],
): Promise<readonly Resumed[]> {
  const marked = await markResumed(db, keys, new Date());
  const changed = keys.filter((key) => marked.get(key));
  const workers = changed.length > 0 ? await requestKeys(queue, changed) : 0;
  return keys.map((key) => {
    const isChanged = marked.get(key);
    if (isChanged) return { done: 'resumed', workers };
    return { done: isChanged === undefined ? 'unknown' : 'not paused' };
  });
}

/** The result of requesting a sync. `paused`: no request was made, because the key is paused. */
type Synced =
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

/** `begun before`: the incarnation to end had already ended. A paused key is read when it is resumed. */
type Resynced =
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
 * @param seen see restartKey. Two calls with the same incarnation, or with the same time, begin only one.
 * @returns `unknown` if MongoDB does not have the key.
 * @throws SyncError KEY_CONTENDED, or of class transient or configuration.
 */
export async function resyncKey(fleet: Fleet, key: string, seen?: number | Date): Promise<Resynced> {
  const request = await openRequests(fleet.queue); // fail before the key is changed
  const restarted = await restartKey(await fleet.line(), fleet.db, key, request, seen);
  if (!restarted) return { done: 'unknown' };
  const { incarnation: now, pausedAt } = restarted.state;
  if (!restarted.isNew) return { done: 'begun before', incarnation: now };
  return { done: 'begun', incarnation: now, isPaused: pausedAt !== null, workers: restarted.asked };
}

/** The clients that actions use. The caller opens and closes them. */
export interface Fleet {
  readonly db: MongoHandle['db'];
  readonly queue: JobQueue;
  /** Opens a line, as openLine does. Called only to resync a key. */
  readonly line: () => Promise<Line>;
}
