import { isKeyType, type KeyType } from '@redis-to-mongo/pipeline';
import type { Db, Document } from 'mongodb';
import { ensureConnected } from './ensure-connected.js';
import { fromKeyDocument } from './key-document.js';
import { mongoError } from './mongo-error.js';
import { collectionOf, collectionsOf, VALUE_KEY_TYPES } from './operator-collections.js';
import type { ValueKeyType } from './operator-values.js';
import { HEADER_PROJECTION, isOurs } from './value-header.js';

/** A value that says that it is there, while `keys` has no key whose value it is. */
export interface Orphan {
  readonly key: string;
  readonly keyType: ValueKeyType;
  readonly collection: string;
  /** The collection, where a rule has named it. */
  readonly ruleCollection: string | null;
  /** Of the value; `undefined` for a document that is not the fleet's. */
  readonly revision: number | undefined;
  readonly problem: string;
}

/** Where values are, besides the collections of their types. */
export interface RuleCollection {
  readonly collection: string;
  /** The types that a rule sends there; `undefined` for all. */
  readonly types: readonly KeyType[] | undefined;
}

type Stored = { _id: string } & Document;

const PAGE = 1000;

/**
 * The active values that belong to no active key, in the collections of all types and of rules.
 * @throws SyncError as mongoError tells.
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
        .collection<Stored>(place.collection)
        .find({ active: true }, { projection: HEADER_PROJECTION, batchSize: PAGE });
      let page: Stored[] = [];
      for await (const value of cursor) {
        if (typeof value._id === 'string' && wanted(value._id)) page.push(value);
        if (page.length < PAGE) continue;
        yield* orphansAmong(db, place, page);
        page = [];
      }
      yield* orphansAmong(db, place, page);
    }
  } catch (error) {
    throw mongoError(error);
  }
}

/** The same for one key. */
export async function orphansOf(
  db: Db,
  ruleCollections: readonly RuleCollection[],
  key: string,
): Promise<readonly Orphan[]> {
  try {
    await ensureConnected(db);
    const found: Orphan[] = [];
    for (const place of placesOf(ruleCollections)) {
      const values = db.collection<Stored>(place.collection);
      const value = await values.findOne({ _id: key, active: true }, { projection: HEADER_PROJECTION });
      if (value) for await (const orphan of orphansAmong(db, place, [value])) found.push(orphan);
    }
    return found;
  } catch (error) {
    throw mongoError(error);
  }
}

interface Place {
  readonly keyTypes: readonly ValueKeyType[];
  readonly collection: string;
  readonly ruleCollection: string | null;
}

function placesOf(ruleCollections: readonly RuleCollection[]): readonly Place[] {
  const own = VALUE_KEY_TYPES.map((keyType): Place => {
    const { collection } = collectionsOf(keyType, {});
    return { keyTypes: [keyType], collection, ruleCollection: null };
  });
  const named = ruleCollections.map(
    ({ collection, types }): Place => ({
      keyTypes: VALUE_KEY_TYPES.filter((keyType) => types === undefined || types.includes(keyType)),
      collection,
      ruleCollection: collection,
    }),
  );
  return [...own, ...named.filter(({ keyTypes }) => keyTypes.length > 0)];
}

async function* orphansAmong(
  db: Db,
  { keyTypes, collection, ruleCollection }: Place,
  values: readonly Stored[],
): AsyncGenerator<Orphan> {
  if (values.length === 0) return;
  const ids = values.map(({ _id }) => _id);
  const known = new Map<string, Document>();
  for await (const found of db.collection<Stored>('keys').find({ _id: { $in: ids } }))
    known.set(found._id, found);
  for (const value of values) {
    const { _id: key, revision } = value;
    const document = known.get(key);
    const owner = document && stateOf(document);
    const isOwn = owner && owner.status === 'active' && collectionOf(owner) === collection;
    if (isOwn || (document && !owner)) continue; // a damaged document in keys is told by itself
    const keyType =
      owner && keyTypes.some((each) => each === owner.keyType) && owner.keyType !== 'stream'
        ? owner.keyType
        : keyTypes[0];
    if (keyType === undefined) continue;
    const isFleets = isOurs(value);
    const whose = owner ? 'which is not its value now' : 'of a key that keys does not know';
    const problem = isFleets
      ? `an active value in ${collection}, ${whose}`
      : `an active value in ${collection} that is not the fleet’s, ${whose}`;
    yield {
      key,
      keyType,
      collection,
      ruleCollection,
      revision: isFleets ? Number(revision) : undefined,
      problem,
    };
  }
}

function stateOf(document: Document) {
  try {
    return isKeyType(document.keyType) ? fromKeyDocument(document) : undefined;
  } catch {
    return undefined;
  }
}
