import { membersOf, pagesOf } from '@redis-to-mongo/pipeline';
import { BSON, type Db, type Document } from 'mongodb';
import { connected } from '../connection/ensure-connected.js';
import { mongoError } from '../errors/mongo-error.js';

/** The kind of data in a collection of the previous engine. */
export type OldKind = 'streams' | 'messages' | 'set' | 'list' | 'zset' | 'string' | 'json';

/**
 * A collection of the old engine. `weekly`: its first generation, with a pair of collections per week.
 * `acc`: its last generation, with one collection per type.
 */
export interface OldCollection {
  readonly name: string;
  readonly generation: 'weekly' | 'acc';
  readonly kind: OldKind;
}

const PATTERNS: readonly (readonly [RegExp, OldCollection['generation'], OldKind])[] = [
  [/^stream_\d{4}_week_\d{1,2}$/, 'weekly', 'streams'],
  [/^stream_message_\d{4}_week_\d{1,2}$/, 'weekly', 'messages'],
  [/^stream_acc$/, 'acc', 'streams'],
  [/^stream_message_acc$/, 'acc', 'messages'],
  [/^set_acc$/, 'acc', 'set'],
  [/^list_acc$/, 'acc', 'list'],
  [/^zset_acc$/, 'acc', 'zset'],
  [/^string_acc$/, 'acc', 'string'],
  [/^json_acc$/, 'acc', 'json'],
];

/** Another database of the same MongoDB. */
export function databaseBeside(db: Db, name: string): Db {
  return db.client.db(name);
}

/** The old engine's collections in a database, streams before messages. @throws SyncError as mongoError. */
export async function oldCollections(db: Db): Promise<readonly OldCollection[]> {
  return await connected(db, async () => {
    const names = (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name).sort();
    return PATTERNS.flatMap(([pattern, generation, kind]) =>
      names.filter((name) => pattern.test(name)).map((name) => ({ name, generation, kind })),
    );
  });
}

/**
 * Reads all documents of a collection by ascending `_id`, in pages of `atOnce`.
 * @throws as oldCollections.
 */
export async function* oldDocuments(
  db: Db,
  name: string,
  atOnce: number,
): AsyncGenerator<readonly Document[]> {
  try {
    const documents = db.collection(name).find({}, { sort: { _id: 1 }, batchSize: atOnce });
    yield* pagesOf(documents, atOnce, BSON.calculateObjectSize);
  } catch (error) {
    throw mongoError(error);
  }
}

/** The hex text of an ObjectId, and its creation time in ms; `undefined` for an id of another type. */
export function objectIdOf(id: unknown): { readonly hex: string; readonly ms: number } | undefined {
  if (membersOf(id)._bsontype !== 'ObjectId') return undefined;
  const hex = String(id);
  return { hex, ms: Number.parseInt(hex.slice(0, 8), 16) * 1000 };
}
