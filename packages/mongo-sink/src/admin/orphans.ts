import { isKeyType, isValueType, VALUE_TYPES } from '@redis-to-mongo/key-types';
import { type DocumentId, type KeyType, OURS, pagesOf } from '@redis-to-mongo/pipeline';
import { type Db, type Document, ObjectId } from 'mongodb';
import { findByIds } from '../commands/by-ids.js';
import { connected, ensureConnected } from '../connection/ensure-connected.js';
import { collectionOf } from '../database/collection-of.js';
import { keysIn } from '../database/stored.js';
import { mongoError } from '../errors/mongo-error.js';
import { fromKeyDocument } from '../keys/key-document.js';
import { isOurs, MANIFEST_PROJECTION, parseManifest } from '../values/value-manifest.js';
import {
  documentIdOf,
  idText,
  ownerOf,
  pathIn,
  type StoredId,
  type StoredValue,
} from '../values/value-place.js';

/** A value that is marked active, but is not the current value of any key in `keys`. */
export interface Orphan {
  readonly key: string;
  readonly keyType: KeyType;
  /** The collection if a rule names it, else null. */
  readonly ruleCollection: string | null;
  /** The value's revision; `undefined` if the document is not the fleet's. */
  readonly revision: number | undefined;
  /** The document's `_id` if it is not the key. */
  readonly documentId: DocumentId | undefined;
  readonly problem: string;
}

/** The collection that a rule sends values to. */
export interface RuleCollection {
  /** `undefined`: the collections of the types themselves. */
  readonly collection: string | undefined;
  /** The types that a rule sends there; `undefined` for all. */
  readonly types: readonly KeyType[] | undefined;
}

/** Matches active values in either shape. In the shape `document`, a top-level `active` is a user's field. */
const ACTIVE = { $or: [{ active: true, [OURS]: { $exists: false } }, { [pathIn(true, 'active')]: true }] };

const PAGE = 1000;

/**
 * Finds the active values that belong to no active key, in the collections of all types and of rules.
 * @throws SyncError as mongoError.
 */
export async function* orphans(
  db: Db,
  ruleCollections: readonly RuleCollection[],
  wanted: (key: string) => boolean,
): AsyncGenerator<Orphan> {
  try {
    await ensureConnected(db);
    for (const place of placesOf(ruleCollections)) {
      const cursor = db
        .collection<StoredValue>(place.collection)
        .find(ACTIVE, { projection: MANIFEST_PROJECTION, batchSize: PAGE });
      const isWanted = (value: StoredValue) => {
        const key = ownerOf(value) ?? value._id;
        return typeof key === 'string' && wanted(key);
      };
      for await (const page of pagesOf(cursor, PAGE)) yield* orphansAmong(db, place, page.filter(isWanted));
    }
  } catch (error) {
    throw mongoError(error);
  }
}

/**
 * Finds the orphans of one key.
 * @param documentIds the `_id`s that they may have, besides the key. Without it, they may have any: collections
 * without an index on the key are scanned.
 * @throws SyncError as mongoError.
 */
export async function orphansOf(
  db: Db,
  ruleCollections: readonly RuleCollection[],
  key: string,
  documentIds?: readonly DocumentId[],
): Promise<readonly Orphan[]> {
  const ids = documentIds?.map((documentId) => documentIdOf({ key, documentId }));
  const ofKey = ids
    ? { _id: { $in: [key, ...ids] } }
    : { $or: [{ _id: key }, { [pathIn(true, 'key')]: key }] };
  return await connected(db, async () => {
    const found: Orphan[] = [];
    for (const place of placesOf(ruleCollections)) {
      const values = db.collection<StoredValue>(place.collection);
      const active = await values
        .find({ $and: [ofKey, ACTIVE] }, { projection: MANIFEST_PROJECTION })
        .toArray();
      for await (const orphan of orphansAmong(db, place, active)) if (orphan.key === key) found.push(orphan);
    }
    return found;
  });
}

interface Place {
  readonly keyTypes: readonly KeyType[];
  readonly collection: string;
  readonly ruleCollection: string | null;
}

function placesOf(ruleCollections: readonly RuleCollection[]): readonly Place[] {
  const own = VALUE_TYPES.map(
    ({ names: { keyType, collection } }): Place => ({
      keyTypes: [keyType],
      collection,
      ruleCollection: null,
    }),
  );
  const named = ruleCollections.flatMap(({ collection, types }): Place[] => {
    const keyTypes = VALUE_TYPES.flatMap(({ names: { keyType } }) =>
      (types?.includes(keyType) ?? true) ? [keyType] : [],
    );
    return collection === undefined ? [] : [{ keyTypes, collection, ruleCollection: collection }];
  });
  return [...own, ...named.filter(({ keyTypes }) => keyTypes.length > 0)];
}

async function* orphansAmong(
  db: Db,
  { keyTypes, collection, ruleCollection }: Place,
  values: readonly StoredValue[],
): AsyncGenerator<Orphan> {
  if (values.length === 0) return;
  const ids = values.map((value) => ownerOf(value) ?? String(value._id));
  const known = new Map((await findByIds(keysIn(db), ids, {})).map((found) => [found._id, found]));
  for (const [i, value] of values.entries()) {
    const key = ids[i] ?? '';
    const document = known.get(key);
    const owner = document && stateOf(document);
    const isOwn =
      owner &&
      owner.status === 'active' &&
      collectionOf(owner) === collection &&
      idText(documentIdOf(owner)) === idText(value._id);
    if (isOwn || (document && !owner)) continue; // a damaged document in keys is reported by itself
    const keyType =
      owner && keyTypes.some((each) => each === owner.keyType) && isValueType(owner.keyType)
        ? owner.keyType
        : keyTypes[0];
    if (keyType === undefined) continue;
    const isFleets = isOurs(value);
    const whose = owner ? 'which is not its current value' : 'of a key that is not in keys';
    const problem = isFleets
      ? `an active value in ${collection}, ${whose}`
      : `an active value in ${collection} that is not the fleet’s, ${whose}`;
    yield {
      key,
      keyType,
      ruleCollection,
      revision: isFleets ? parseManifest(value).revision : undefined,
      documentId: value._id === key ? undefined : documentIdIn(value._id),
      problem,
    };
  }
}

function documentIdIn(id: StoredId): DocumentId {
  if (typeof id === 'string') return { kind: 'text', text: id };
  return { kind: id instanceof ObjectId ? 'objectId' : 'number', text: String(id) };
}

function stateOf(document: Document) {
  try {
    return isKeyType(document.keyType) ? fromKeyDocument(document) : undefined;
  } catch {
    return undefined;
  }
}
