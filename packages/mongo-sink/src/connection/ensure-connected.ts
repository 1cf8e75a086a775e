import type { Db } from 'mongodb';
import { mongoError } from '../errors/mongo-error.js';

/**
 * Connects the client of a database if it is not connected. The driver connects by itself on the first
 * operation. But if that fails, every later operation fails too, until `connect` is called. After one success
 * the driver reconnects by itself.
 */
export async function ensureConnected(db: Db): Promise<void> {
  await db.client.connect();
}

/** Runs an operation once the database's client is connected. @throws SyncError as mongoError. */
export async function connected<T>(db: Db, run: () => Promise<T>): Promise<T> {
  try {
    await ensureConnected(db);
    return await run();
  } catch (error) {
    throw mongoError(error);
  }
}
