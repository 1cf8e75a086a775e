import type { Db } from 'mongodb';
import { ensureConnected } from './ensure-connected.js';
import { mongoError } from './mongo-error.js';

/**
 * Answers when MongoDB does, and lets us read the keys.
 * @throws SyncError as mongoError tells.
 */
export async function pingMongo(db: Db): Promise<void> {
  try {
    await ensureConnected(db);
    await db.collection('keys').findOne({}, { projection: { _id: 1 }, maxTimeMS: 5000 });
  } catch (error) {
    throw mongoError(error);
  }
}
