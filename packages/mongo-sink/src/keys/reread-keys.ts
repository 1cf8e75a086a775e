import { KEY_TYPES } from '@redis-to-mongo/key-types';
import { pagesOf, ruleCollectionsOf } from '@redis-to-mongo/pipeline';
import type { Db, Filter } from 'mongodb';
import { findByIds, idBulks } from '../commands/by-ids.js';
import { connected, ensureConnected } from '../connection/ensure-connected.js';
import { collectionNames } from '../database/collection-of.js';
import { keysIn, type Stored } from '../database/stored.js';
import { mongoError } from '../errors/mongo-error.js';

/** A key whose saved position may be ahead of the data in the target. */
export interface SuspectKey {
  readonly key: string;
  /** Whether the key is active in MongoDB. */
  readonly isActive: boolean;
}

/**
 * More than a key's revision can grow in a period that was set back. So data that a worker read before has a
 * lower revision than data read from now on, and cannot replace it.
 */
export const REVISION_LEAP = 1_000_000;

/**
 * Resets many active keys (see rereadKey), and makes their current runs fail: a save of a state that was
 * loaded before is refused.
 * @returns the keys that have a document in MongoDB, including deleted keys.
 * @throws SyncError as mongoError.
 */
export async function rereadKeys(db: Db, keys: readonly string[]): Promise<ReadonlySet<string>> {
  return await connected(db, async () => {
    const states = keysIn(db);
    for (const $in of idBulks(keys))
      await states.updateMany({ _id: { $in }, status: 'active' }, [
        {
          $set: {
            position: null,
            lag: 0,
            revision: { $add: ['$revision', REVISION_LEAP] },
            savedBy: 'reread',
          },
        },
      ]);
    return new Set((await findByIds(states, keys, { _id: 1 })).map(({ _id }) => _id));
  });
}

/**
 * Finds the keys whose last sync is not before `since`, in pages of `size`. Scans all keys.
 * @throws SyncError as mongoError.
 */
export async function* keysSyncedSince(
  db: Db,
  since: Date,
  size: number,
): AsyncGenerator<readonly SuspectKey[]> {
  yield* suspects(db, { lastSyncedAt: { $gte: since } }, size);
}

/**
 * Finds the active keys whose messages, values or elements are in one of these collections, in pages of
 * `size`. Scans all active keys.
 * @throws SyncError as mongoError.
 */
export async function* keysInCollections(
  db: Db,
  collections: readonly string[],
  size: number,
): AsyncGenerator<readonly SuspectKey[]> {
  const types = KEY_TYPES.filter((keyType) =>
    collectionNames({ keyType }).some((name) => collections.includes(name)),
  );
  const named = collections.flatMap(ruleCollectionsOf);
  const isIn = [{ keyType: { $in: types }, collection: null }, { collection: { $in: named } }];
  yield* suspects(db, { status: 'active', $or: isIn }, size);
}

async function* suspects(
  db: Db,
  filter: Filter<Stored>,
  size: number,
): AsyncGenerator<readonly SuspectKey[]> {
  try {
    await ensureConnected(db);
    const options = { projection: { status: 1 }, batchSize: size };
    const found = keysIn(db).find(filter, options);
    for await (const page of pagesOf(found, size))
      yield page.map(({ _id, status }) => ({ key: _id, isActive: status === 'active' }));
  } catch (error) {
    throw mongoError(error);
  }
}
