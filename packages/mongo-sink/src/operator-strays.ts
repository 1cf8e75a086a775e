import {
  type KeyState,
  messageCollectionOf,
  messageId,
  messageIdBounds,
  messageIdPrefix,
} from '@redis-to-mongo/pipeline';
import type { Db, Document } from 'mongodb';
import { ensureConnected } from './ensure-connected.js';
import { mongoError } from './mongo-error.js';

/** Documents that no entry of the stream can have led to: how many, and the `_id` of the first. */
export interface Strays {
  readonly count: number;
  readonly first: string | undefined;
}

/** Messages of the stream's present life behind an entry id. @throws SyncError as mongoError tells. */
export async function messagesBehind(db: Db, state: KeyState, entryId: string): Promise<Strays> {
  const { key, incarnation } = state;
  const $gt = messageId(messageIdPrefix(key, incarnation), entryId);
  const { $lt } = messageIdBounds(key, incarnation);
  return await straysIn(db, state, [messageCollectionOf(state)], { _id: { $gt, $lt } });
}

/**
 * Messages of lives that the key did not have, in all collections that its lives were in.
 * @throws SyncError as mongoError tells.
 */
export async function messagesOfOtherLives(db: Db, state: KeyState): Promise<Strays> {
  const { key, incarnation, activity } = state;
  const all = messageIdBounds(key);
  const collections = [state.collection, ...activity.map((period) => period.collection), null].map(
    (collection) => messageCollectionOf({ collection: collection ?? null }),
  );
  return await straysIn(db, state, collections, {
    $or: [
      { _id: { $gt: all.$gt, $lt: messageIdBounds(key, 1).$gt } },
      { _id: { $gte: messageIdBounds(key, incarnation).$lt, $lt: all.$lt } },
    ],
  });
}

async function straysIn(
  db: Db,
  { stream, type }: KeyState,
  collections: readonly string[],
  among: Document,
): Promise<Strays> {
  let count = 0;
  let first: string | undefined;
  try {
    await ensureConnected(db);
    for (const name of new Set(collections)) {
      const messages = db.collection<{ _id: string } & Document>(name);
      const filter = { ...among, stream, type };
      const found = await messages.findOne(filter, { projection: { _id: 1 }, sort: { _id: 1 } });
      if (!found) continue;
      first ??= found._id;
      count += await messages.countDocuments(filter);
    }
    return { count, first };
  } catch (error) {
    throw mongoError(error);
  }
}
