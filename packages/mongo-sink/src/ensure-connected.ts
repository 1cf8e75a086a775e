import type { Db } from 'mongodb';

/**
 * Connects the client of a database, where it is not. The driver connects by itself on the first operation, but once
 * that has failed, every later one fails too, until it is told to connect. After one success it reconnects by itself.
 */
export async function ensureConnected(db: Db): Promise<void> {
  await db.client.connect();
}
