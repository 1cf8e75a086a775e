import type { Db } from 'mongodb';
import { keysIn } from '../database/stored.js';
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
