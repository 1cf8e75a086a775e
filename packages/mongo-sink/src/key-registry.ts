import type { KeyState, KeyType, SyncError } from '@redis-to-mongo/pipeline';
import type { Db, Document } from 'mongodb';
import { ensureConnected } from './ensure-connected.js';
import { toKeyDocument } from './key-document.js';
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

/**
 * Records on the key's document why its last job failed; the position stays untouched.
 * @param first the state of a key that was never saved: where it is given, a document is made of it if there is none.
 * @returns whether the key has a document now.
 * @throws SyncError as mongoError tells.
 */
export async function recordError(db: Db, key: string, error: SyncError, first?: KeyState): Promise<boolean> {
  const { code, errorClass } = error;
  const lastError = { code, errorClass, message: error.message.slice(0, 500), at: new Date() };
  const { _id, ...fields } = first ? toKeyDocument({ ...first, revision: 0 }, '') : { _id: key };
  const update = { $set: { lastError }, ...(first ? { $setOnInsert: withoutError(fields) } : {}) };
  try {
    await ensureConnected(db);
    const keys = db.collection<{ _id: string } & Document>('keys');
    const { matchedCount, upsertedCount } = await keys.updateOne({ _id }, update, {
      upsert: first !== undefined,
    });
    return matchedCount + upsertedCount > 0;
  } catch (cause) {
    throw mongoError(cause);
  }
}

function withoutError({ lastError: _, ...fields }: Document): Document {
  return fields;
}
