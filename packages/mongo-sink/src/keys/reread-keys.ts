import { KEY_TYPES } from '@redis-to-mongo/key-types';
import { ruleCollectionsOf } from '@redis-to-mongo/pipeline';
import type { Db, Filter } from 'mongodb';
import { pagesOf } from '../commands/bulks-of.js';
import { findByIds, idBulks } from '../commands/by-ids.js';
import { connected, ensureConnected } from '../connection/ensure-connected.js';
import { collectionNames } from '../database/collection-of.js';
import { keysIn, type Stored } from '../database/stored.js';
import { mongoError } from '../errors/mongo-error.js';

/** A key whose state may say more than the target holds. */
export interface SuspectKey {
  readonly key: string;
  /** MongoDB believes that it is in Redis. */
  readonly isActive: boolean;
}

/**
 * More than any key's revision can have grown in a period that was set back. What a worker read before then carries a lower
 * revision than what is read from now on, and can't replace it.
 */
export const REVISION_LEAP = 1_000_000;

/**
 * As rereadKey, for many active keys, and against whatever is under way with them: a save of a state that was loaded before fails.
 * @returns those that MongoDB has a document of, gone ones too.
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
 * The keys whose last sync is no older than `since`, in pages of `size`. It goes through all keys.
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
 * The active keys whose messages, values or elements are in one of these collections, in pages of `size`. It goes through all active keys.
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
