import {
  type KeyCondition,
  type KeyPattern,
  type KeyState,
  type KeyType,
  SyncError,
} from '@redis-to-mongo/pipeline';
import type { Db, Filter } from 'mongodb';
import { findByIds } from '../commands/by-ids.js';
import { connected } from '../connection/ensure-connected.js';
import { keysIn, type Stored } from '../database/stored.js';
import { fromKeyDocument } from './key-document.js';
import { type KeySort, keyFilter } from './key-lists.js';
import { inOrderOf, walkKeys } from './key-walk.js';
import { nameConditions } from './name-filter.js';

/** Selects keys, their order, and their maximum number. */
export interface KeyQuery {
  readonly name?: KeyPattern | undefined;
  readonly keyType?: KeyType | undefined;
  readonly condition?: KeyCondition | undefined;
  readonly sort?: KeySort | undefined;
  readonly limit: number;
}

/**
 * Maximum time of a query, in ms. Sorting very many keys without an index is slow, but a user has asked for
 * it.
 */
const MAX_MS = 600_000;

/**
 * Finds keys, and their total number without the limit. `damaged` has the ids of keys whose document cannot
 * be read: such a key does not make the list fail.
 * @throws SyncError as mongoError.
 */
export async function findKeys(db: Db, { name, keyType, condition, sort = 'key', limit }: KeyQuery) {
  return await connected(db, async () => {
    const found: Stored[] = [];
    let total = 0;
    for (const filter of await filtersOf(db, name, keyFilter(keyType, condition))) {
      const walk = { filter, sort, reversed: false, after: undefined };
      const [documents, count] = await Promise.all([
        documentsOf(walkKeys(db, walk, { limit, maxMs: MAX_MS })),
        keysIn(db).countDocuments(filter),
      ]);
      found.push(...documents);
      total += count;
    }
    return { ...read(found.sort(inOrderOf(sort)).slice(0, limit)), total };
  });
}

/** Filters that together match the keys of a pattern that satisfy a condition. No key matches two of them. */
async function filtersOf(
  db: Db,
  name: KeyPattern | undefined,
  filter: Filter<Stored>,
): Promise<readonly Filter<Stored>[]> {
  // Without a condition, MongoDB counts and reads by an index, and runs no expression on each name.
  if (!name || name.isAll) return [filter];
  return (await nameConditions(db, name)).map((_id) => ({ ...filter, _id }));
}

async function documentsOf(found: AsyncIterable<Stored>): Promise<Stored[]> {
  const documents: Stored[] = [];
  for await (const document of found) documents.push(document);
  return documents;
}

function read(documents: readonly Stored[]): { keys: KeyState[]; damaged: string[] } {
  const keys: KeyState[] = [];
  const damaged: string[] = [];
  for (const document of documents)
    try {
      keys.push(fromKeyDocument(document));
    } catch (error) {
      if (!(error instanceof SyncError)) throw error;
      damaged.push(String(document._id));
    }
  return { keys, damaged };
}

/**
 * The names of all keys that match a pattern and a condition, unordered.
 * @throws SyncError as mongoError.
 */
export async function keyNames(
  db: Db,
  { name, condition }: Pick<KeyQuery, 'name' | 'condition'>,
): Promise<readonly string[]> {
  return await connected(db, async () => {
    const names: string[] = [];
    for (const filter of await filtersOf(db, name, keyFilter(undefined, condition))) {
      const found = keysIn(db).find(filter, { projection: { _id: 1 }, batchSize: 5000 });
      for await (const { _id } of found) names.push(_id);
    }
    return names;
  });
}

/** Reads a key's document. @throws SyncError KEY_STATE_INVALID if it is damaged, else as findKeys. */
export async function readKey(db: Db, key: string): Promise<KeyState | undefined> {
  return await connected(db, async () => {
    const found = await keysIn(db).findOne({ _id: key });
    return found ? fromKeyDocument(found) : undefined;
  });
}

/** Reads the documents of many keys, without those that are damaged. @throws SyncError as findKeys. */
export async function readKeys(db: Db, keys: readonly string[]): Promise<readonly KeyState[]> {
  return await connected(db, async () => read(await findByIds(keysIn(db), keys, {})).keys);
}
