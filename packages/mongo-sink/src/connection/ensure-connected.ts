import type { Db } from 'mongodb';
import { mongoError } from '../errors/mongo-error.js';

/**
 * Connects the client of a database, where it is not. The driver connects by itself on the first operation, but once
 * that has failed, every later one fails too, until `connect` is called. After one success it reconnects by itself.
 */
export async function ensureConnected(db: Db): Promise<void> {
  await db.client.connect();
}

/** Does something with a database once its client is connected. @throws SyncError as mongoError. */
export async function connected<T>(db: Db, run: () => Promise<T>): Promise<T> {
  try {
    await ensureConnected(db);
    return await run();
  } catch (error) {
    throw mongoError(error);
  }
}
