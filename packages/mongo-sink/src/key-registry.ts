import type { KeyType, SyncError } from '@redis-to-mongo/pipeline';
import type { Db, Document } from 'mongodb';
import { ensureConnected } from './ensure-connected.js';
import { mongoError } from './mongo-error.js';

/** The keys that MongoDB believes are there, with their types: what a scheduler has to look after. */
export async function* activeKeys(db: Db): AsyncGenerator<{ key: string; keyType: KeyType }> {
  try {
    await ensureConnected(db);
    const cursor = db
      .collection<{ _id: string; keyType: KeyType; status: string }>('keys')
      .find({ status: 'active' }, { projection: { keyType: 1 }, batchSize: 5000 });
    for await (const { _id, keyType } of cursor) yield { key: _id, keyType };
  } catch (error) {
    throw mongoError(error);
  }
}

/** Records on the key's document why its last job failed; the position stays untouched. */
export async function recordError(db: Db, key: string, error: SyncError): Promise<void> {
  const lastError = { code: error.code, message: error.message.slice(0, 500), at: new Date() };
  await db
    .collection<{ _id: string } & Document>('keys')
    .updateOne({ _id: key }, { $set: { lastError } })
    .catch((cause: unknown) => {
      throw mongoError(cause);
    });
}
