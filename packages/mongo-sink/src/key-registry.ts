import type { KeyType, SyncError } from '@redis-to-mongo/pipeline';
import type { Db, Document } from 'mongodb';
import { ensureConnected } from './ensure-connected.js';
import { mongoError } from './mongo-error.js';

/** What a scheduler has to know of a key that MongoDB believes is there. */
export interface ActiveKey {
  readonly key: string;
  readonly keyType: KeyType;
  /** Of a stream: the entry behind which everything is still to be synced. */
  readonly syncedId: string | undefined;
  readonly lastChangedAt: Date | undefined;
  /** Where its documents are, if a rule named a collection. */
  readonly collection: string | null;
}

/** The keys that MongoDB believes are there: what a scheduler has to look after. */
export async function* activeKeys(db: Db): AsyncGenerator<ActiveKey> {
  try {
    await ensureConnected(db);
    const projection = {
      keyType: 1,
      lag: 1,
      'position.lastId': 1,
      'position.entryId': 1,
      lastChangedAt: 1,
      collection: 1,
    };
    const cursor = db
      .collection<{ _id: string; keyType: KeyType; status: string } & Document>('keys')
      .find({ status: 'active' }, { projection, batchSize: 5000 });
    for await (const { _id, keyType, lag, position, lastChangedAt, collection } of cursor) {
      const id: unknown = lag === 0 ? position?.lastId : position?.entryId;
      yield {
        key: _id,
        keyType,
        syncedId: typeof id === 'string' ? id : undefined,
        lastChangedAt: lastChangedAt instanceof Date ? lastChangedAt : undefined,
        collection: typeof collection === 'string' ? collection : null,
      };
    }
  } catch (error) {
    throw mongoError(error);
  }
}

/** Records on the key's document why its last job failed; the position stays untouched. */
export async function recordError(db: Db, key: string, error: SyncError): Promise<void> {
  const { code, errorClass } = error;
  const lastError = { code, errorClass, message: error.message.slice(0, 500), at: new Date() };
  await db
    .collection<{ _id: string } & Document>('keys')
    .updateOne({ _id: key }, { $set: { lastError } })
    .catch((cause: unknown) => {
      throw mongoError(cause);
    });
}
