import type { Db } from 'mongodb';
import { mongoError } from './mongo-error.js';

/**
 * Answers when MongoDB does, and lets us read the keys.
 * @throws SyncError as mongoError tells.
 */
export async function pingMongo(db: Db): Promise<void> {
  await db
    .collection('keys')
    .findOne({}, { projection: { _id: 1 }, maxTimeMS: 5000 })
    .catch((error: unknown) => {
      throw mongoError(error);
    });
}
