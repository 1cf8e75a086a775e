import type { Db, UpdateFilter } from 'mongodb';
import { findByIds } from '../commands/by-ids.js';
import { connected } from '../connection/ensure-connected.js';
import { keysIn, type Stored } from '../database/stored.js';
import { CONDITIONS } from './key-lists.js';

type Pausable = Stored & { pausedAt?: Date | null };

/**
 * Pauses keys: their jobs do nothing until markResumed. The mark is stored beside the position, and no job's save changes it.
 * @returns for each key that MongoDB has, whether it was not paused before.
 * @throws SyncError as mongoError.
 */
export async function markPaused(
  db: Db,
  keys: readonly string[],
  now: Date,
): Promise<ReadonlyMap<string, boolean>> {
  return await mark(db, keys, false, { $set: { pausedAt: now } });
}

/**
 * Ends the pause of keys.
 * @returns for each key that MongoDB has, whether it was paused.
 * @throws as markPaused.
 */
export async function markResumed(
  db: Db,
  keys: readonly string[],
  now: Date,
): Promise<ReadonlyMap<string, boolean>> {
  return await mark(db, keys, true, { $set: { pausedAt: null, resumedAt: now } });
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
  keys: readonly string[],
  wasPaused: boolean,
  update: UpdateFilter<Pausable>,
): Promise<ReadonlyMap<string, boolean>> {
  return await connected(db, async () => {
    const documents = keysIn<Pausable>(db);
    const there = await findByIds(keysIn(db), keys, { pausedAt: 1 });
    const found = there.filter(({ pausedAt }) => pausedAt instanceof Date === wasPaused);
    const changed = new Set(found.map(({ _id }) => _id));
    // `$type`, because the index of paused keys can't serve it: a server could examine that index for each key.
    const filter = wasPaused ? { pausedAt: { $type: 'date' as const } } : { pausedAt: null };
    // The driver repeats updates of one document each after a failover, and no others.
    const updates = [...changed].map((_id) => ({ updateOne: { filter: { ...filter, _id }, update } }));
    if (updates.length > 0) await documents.bulkWrite(updates, { ordered: false });
    return new Map(there.map(({ _id }) => [_id, changed.has(_id)]));
  });
}
