import type { DocumentId, FormerPlace, KeyType } from '@redis-to-mongo/pipeline';
import { type Db, MongoServerError } from 'mongodb';
import { PlainBson } from '../bson/plain-bson.js';
import { findByIds } from '../commands/by-ids.js';
import { connected, ensureConnected } from '../connection/ensure-connected.js';
import { keysIn, type Stored } from '../database/stored.js';
import { mongoError } from '../errors/mongo-error.js';
import { isDocumentId } from './key-document.js';
import { keyFilter } from './key-lists.js';

/** A key that is active in MongoDB. */
export interface ActiveKey {
  readonly key: string;
  readonly keyType: KeyType;
  /** The collection of its documents, if a rule named one. */
  readonly collection: string | null;
  /** The `_id` of its value's document, and the rule that made the document; see KeyState. */
  readonly documentId: DocumentId | null;
  readonly rule: string | null;
  readonly formerPlaces: readonly FormerPlace[] | null;
  /** Number of written messages. */
  readonly written: number;
}

type Registered = Stored & { keyType: KeyType; status: string };

/**
 * Reads all keys that are active in MongoDB.
 * @param among reads only these keys; there must be few.
 * @throws SyncError as mongoError.
 */
export async function* activeKeys(db: Db, among?: readonly string[]): AsyncGenerator<ActiveKey> {
  try {
    await ensureConnected(db);
    const wanted = among ? { ...ACTIVE, _id: { $in: [...among] } } : ACTIVE;
    const cursor = keysIn<Registered>(db).find(wanted, {
      projection: {
        ...{ keyType: 1, collection: 1, documentId: 1, rule: 1, formerPlaces: 1 },
        'counts.written': 1,
      },
      batchSize: 5000,
    });
    for await (const { _id, keyType, collection, documentId, rule, formerPlaces, counts } of cursor)
      yield {
        key: _id,
        keyType,
        collection: typeof collection === 'string' ? collection : null,
        documentId: isDocumentId(documentId) ? documentId : null,
        rule: typeof rule === 'string' ? rule : null,
        formerPlaces: Array.isArray(formerPlaces) ? formerPlaces : null,
        written: Number(counts?.written ?? 0),
      };
  } catch (error) {
    throw mongoError(error);
  }
}

/**
 * Reads the names of the active keys in order, in pages of about `size`. One cursor reads all pages, because
 * some servers would scan all keys for each new query. If the cursor expires, another one continues after the
 * last key.
 * @param keyType only keys of this type.
 * @throws SyncError as mongoError.
 */
export async function* activeKeyPages(
  db: Db,
  size: number,
  keyType?: KeyType,
): AsyncGenerator<readonly string[]> {
  const wanted = keyType === undefined ? ACTIVE : { ...ACTIVE, keyType };
  // The driver takes more than twice as long to decode the documents.
  const bson = new PlainBson();
  let after: string | undefined;
  for (let isWhole = false; !isWhole; )
    try {
      const filter = after === undefined ? wanted : { ...wanted, _id: { $gt: after } };
      const options = { sort: { _id: 1 }, projection: { _id: 1 }, batchSize: size, raw: true } as const;
      await ensureConnected(db);
      const cursor = keysIn<Registered>(db).find(filter, options);
      try {
        while (await cursor.hasNext()) {
          const page = cursor.readBufferedDocuments().map((bytes: unknown) => idIn(bson, bytes));
          after = page.at(-1) ?? after;
          yield page;
        }
      } finally {
        await cursor.close();
      }
      isWhole = true;
    } catch (error) {
      if (!(error instanceof MongoServerError) || error.code !== CURSOR_NOT_FOUND) throw mongoError(error);
    }
}

function idIn(bson: PlainBson, document: unknown): string {
  if (!(document instanceof Uint8Array))
    throw new TypeError('find: a document is not the bytes that were asked for');
  return String(bson.read(document)._id);
}

/**
 * The approximate number of documents of keys, deleted keys included.
 * @throws SyncError as mongoError.
 */
export async function countKeyDocuments(db: Db): Promise<number> {
  return await connected(db, () => keysIn<Registered>(db).estimatedDocumentCount());
}

/** Counts the active keys of known types, with an index. @throws SyncError as mongoError. */
export async function countActiveKeys(db: Db): Promise<number> {
  return await connected(db, () => keysIn<Registered>(db).countDocuments(keyFilter(undefined, 'active')));
}

/**
 * For each stream, the entry id after which everything remains to be synced. Streams that MongoDB does not
 * have are left out.
 * @throws SyncError as mongoError.
 */
export async function syncedIds(db: Db, keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const projection = { lag: 1, 'position.lastId': 1, 'position.entryId': 1 };
  const streams = { ...ACTIVE, keyType: 'stream' };
  const found = await connected(db, () => findByIds(keysIn(db), keys, projection, streams));
  return new Map(
    found.flatMap(({ _id, lag, position }) => {
      const id: unknown = lag === 0 ? position?.lastId : position?.entryId;
      return typeof id === 'string' ? [[_id, id] as const] : [];
    }),
  );
}

/** Finds which of these keys are active in MongoDB. @throws SyncError as mongoError. */
export async function activeAmong(db: Db, keys: readonly string[]): Promise<ReadonlySet<string>> {
  const found = await connected(db, () => findByIds(keysIn(db), keys, { _id: 1 }, ACTIVE));
  return new Set(found.map(({ _id }) => _id));
}

const ACTIVE = { status: 'active' };
/** The server closed the cursor after ten minutes without a request, or another server has taken over. */
const CURSOR_NOT_FOUND = 43;
