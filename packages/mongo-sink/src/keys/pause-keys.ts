import type { Db, UpdateFilter } from 'mongodb';
import { connected } from '../connection/ensure-connected.js';
import { keysIn, type Stored } from '../database/stored.js';
import { CONDITIONS } from './key-lists.js';

type Pausable = Stored & { pausedAt?: Date | null };

/**
 * Pauses a key: its jobs do nothing until markResumed. The mark is stored beside the position, and no job's save changes it.
 * @returns whether this changed the key; `undefined` if MongoDB does not have it.
 * @throws SyncError as mongoError.
 */
export async function markPaused(db: Db, key: string, now: Date): Promise<boolean | undefined> {
  return await mark(db, key, false, { $set: { pausedAt: now } });
}

/**
 * Ends the pause of a key.
 * @returns and throws as markPaused.
 */
export async function markResumed(db: Db, key: string, now: Date): Promise<boolean | undefined> {
  return await mark(db, key, true, { $set: { pausedAt: null, resumedAt: now } });
}

/**
 * The paused keys, at most `limit`.
 * @throws SyncError as mongoError.
 */
export async function pausedKeys(db: Db, limit: number): Promise<ReadonlySet<string>> {
  return await connected(db, async () => {
    const found = keysIn<Pausable>(db).find(CONDITIONS.paused, { projection: { _id: 1 }, limit });
    return new Set(await found.map(({ _id }) => _id).toArray());
  });
}

async function mark(
  db: Db,
  key: string,
  isPaused: boolean,
  update: UpdateFilter<Pausable>,
): Promise<boolean | undefined> {
  return await connected(db, async () => {
    const keys = keysIn<Pausable>(db);
    const filter = { _id: key, ...(isPaused ? CONDITIONS.paused : { pausedAt: null }) };
    const { matchedCount } = await keys.updateOne(filter, update);
    if (matchedCount > 0) return true;
    return (await keys.findOne({ _id: key }, { projection: { _id: 1 } })) ? false : undefined;
  });
}
