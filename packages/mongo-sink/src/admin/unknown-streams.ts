import { keyOfMessageId, messageIdBounds, pagesOf } from '@redis-to-mongo/pipeline';
import type { Db, Document } from 'mongodb';
import { findByIds } from '../commands/by-ids.js';
import { connected, ensureConnected } from '../connection/ensure-connected.js';
import { keysIn, type Stored } from '../database/stored.js';
import { mongoError } from '../errors/mongo-error.js';
import { pathIn } from '../values/value-place.js';

const PAGE = 1000;

/**
 * Finds the keys that have messages but no document in `keys`. MongoDB groups all messages by stream and
 * type.
 * @param collections the collections to search.
 * @throws SyncError as mongoError.
 */
export async function* unknownStreams(
  db: Db,
  collections: readonly string[],
  wanted: (key: string) => boolean,
): AsyncGenerator<string> {
  try {
    await ensureConnected(db);
    for (const name of collections) {
      const groups = db
        .collection(name)
        .aggregate<{ first: unknown }>(
          [{ $group: { _id: { stream: ownOr('stream'), type: ownOr('type') }, first: { $min: '$_id' } } }],
          { allowDiskUse: true, batchSize: PAGE },
        );
      for await (const page of pagesOf(groups, PAGE)) {
        const keys = page.flatMap(({ first }) =>
          typeof first === 'string' ? (keyOfMessageId(first) ?? []) : [],
        );
        yield* await withoutKnown(db, keys.filter(wanted));
      }
    }
  } catch (error) {
    throw mongoError(error);
  }
}

/** Finds a collection with messages of a key that has no document in `keys`. @throws as unknownStreams. */
export async function unknownStream(
  db: Db,
  collections: readonly string[],
  key: string,
): Promise<string | undefined> {
  return await connected(db, async () => {
    if ((await withoutKnown(db, [key])).length === 0) return undefined;
    for (const name of collections) {
      const messages = db
        .collection<Stored>(name)
        .find({ _id: messageIdBounds(key) }, { projection: { _id: 1 } });
      for await (const { _id } of messages) if (keyOfMessageId(_id) === key) return name;
    }
    return undefined;
  });
}

/**
 * Reads a fleet field in either shape. The fleet's path comes first: a stream's own field may have the same
 * name.
 */
function ownOr(name: string): Document {
  return { $ifNull: [`$${pathIn(true, name)}`, `$${name}`] };
}

async function withoutKnown(db: Db, keys: readonly string[]): Promise<readonly string[]> {
  if (keys.length === 0) return [];
  const known = new Set((await findByIds(keysIn(db), keys, { _id: 1 })).map(({ _id }) => _id));
  return keys.filter((key) => !known.has(key));
}
