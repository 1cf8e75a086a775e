import type { Db } from 'mongodb';
import { keysIn, writeFact } from '../database/stored.js';
import { connected } from './ensure-connected.js';

/**
 * Resolves if MongoDB answers and permits reading the keys.
 * @throws SyncError as mongoError.
 */
export async function pingMongo(db: Db): Promise<void> {
  await connected(db, async () => {
    await keysIn(db).findOne({}, { projection: { _id: 1 }, maxTimeMS: 5000 });
  });
}

/**
 * Resolves if MongoDB accepts writes now: sets one small document of the fleet, as durably as any other.
 * @throws SyncError as mongoError.
 */
export async function probeWrites(db: Db): Promise<void> {
  await writeFact(db, 'probe', { $set: { at: new Date() } });
}
