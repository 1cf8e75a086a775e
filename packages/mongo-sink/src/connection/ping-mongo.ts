import type { Db } from 'mongodb';
import { connected } from './ensure-connected.js';

/**
 * Answers when MongoDB does, and lets us read the keys.
 * @throws SyncError as mongoError.
 */
export async function pingMongo(db: Db): Promise<void> {
  await connected(db, async () => {
    await db.collection('keys').findOne({}, { projection: { _id: 1 }, maxTimeMS: 5000 });
  });
}
