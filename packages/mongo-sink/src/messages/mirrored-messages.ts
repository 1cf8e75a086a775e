import {
  BEFORE_FIRST,
  type DocumentMessages,
  isEntryId,
  type KeyState,
  messageCollectionOf,
  messageId,
  messageIdBounds,
  messageIdPrefix,
  plainMessage,
} from '@redis-to-mongo/pipeline';
import { BSON, type Db, type Document } from 'mongodb';
import { bulksOf } from '../commands/bulks-of.js';
import { updateRecords } from '../commands/write-records.js';
import { connected, ensureConnected } from '../connection/ensure-connected.js';
import { lettersIn, type Stored } from '../database/stored.js';
import { readDeadLetter } from '../dead-letters/dead-letters.js';
import { mongoError } from '../errors/mongo-error.js';
import { pathsIn } from '../values/value-place.js';
import { storedMessages } from './message-forms.js';

/** An entry of a stream as MongoDB has it, its content as the driver gives it: see decodeEntry. */
export interface MirroredEntry {
  readonly entryId: string;
  /** When it was added, by its id. */
  readonly at: unknown;
  readonly content: unknown;
  readonly mapped?: unknown;
}

/** Whose messages, as the alternatives of a filter: a message has either shape. */
export function ofPlace(place: Document): Document[] {
  return [place, pathsIn(true, place)];
}

/** What one command carries, about: the server takes 48 MB, and 100,000 documents. */
const BULK = { sizeOf: BSON.calculateObjectSize, bytes: 16 * 1024 * 1024, count: 50_000 };

/**
 * The entries of the stream's present incarnation that MongoDB holds, in stream order, page by page.
 * @param withDead also those that are dead letters.
 * @param onStray called with documents that lie among them and are no entries: their `_id` is not that of an entry.
 * @throws SyncError as mongoError; MIRROR_DAMAGED for a dead letter that lacks a part.
 */
export async function* mirroredEntries(
  db: Db,
  state: KeyState,
  { withDead, onStray }: { readonly withDead: boolean; readonly onStray?: (id: string) => void },
): AsyncGenerator<MirroredEntry> {
  const { key, incarnation, stream, type } = state;
  const prefix = messageIdPrefix(key, incarnation);
  const bounds = messageIdBounds(key, incarnation);
  try {
    await ensureConnected(db);
    const dead = withDead ? await deadIds(db, bounds, prefix) : [];
    const cursor = db
      .collection<Stored>(messageCollectionOf(state))
      .find({ _id: bounds, $or: ofPlace({ stream, type }) }, { batchSize: 1000 })
      .sort({ _id: 1 })
      .allowDiskUse(true);
    for await (const stored of cursor) {
      const { _id } = stored;
      const { entryId, at, content, mapped } = plainMessage(stored);
      // A key whose name begins with this key and an @ can lie between.
      if (!isOfEntry(_id, prefix, entryId)) {
        onStray?.(_id);
        continue;
      }
      for (let id = dead[0]; id !== undefined && id < _id; id = dead[0]) yield* deadEntry(db, dead.shift());
      // Replayed, and its letter not removed yet.
      if (dead[0] === _id) dead.shift();
      yield { entryId: String(entryId), at, content, mapped };
    }
    while (dead.length > 0) yield* deadEntry(db, dead.shift());
  } catch (error) {
    throw mongoError(error);
  }
}

/**
 * The last entries of the stream's present incarnation that MongoDB holds, the newest first, without dead letters.
 * @param waitMs after which the server gives up.
 * @throws SyncError as mongoError.
 */
export async function lastMirroredEntries(
  db: Db,
  state: KeyState,
  limit: number,
  waitMs: number,
): Promise<readonly MirroredEntry[]> {
  const { key, incarnation, stream, type } = state;
  const prefix = messageIdPrefix(key, incarnation);
  return await connected(db, async () => {
    const entries: MirroredEntry[] = [];
    const cursor = db
      .collection<Stored>(messageCollectionOf(state))
      .find(
        { _id: messageIdBounds(key, incarnation), $or: ofPlace({ stream, type }) },
        { batchSize: limit, maxTimeMS: waitMs },
      )
      .sort({ _id: -1 });
    for await (const stored of cursor) {
      const { entryId, at, content, mapped } = plainMessage(stored);
      if (!isOfEntry(stored._id, prefix, entryId)) continue;
      if (entries.push({ entryId: String(entryId), at, content, mapped }) === limit) break;
    }
    return entries;
  });
}

/** Which of these entries of the stream's present incarnation are dead letters. @throws as mirroredEntries. */
export async function deadAmong(
  db: Db,
  { key, incarnation }: KeyState,
  entryIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const prefix = messageIdPrefix(key, incarnation);
  const ids = entryIds.map((entryId) => messageId(prefix, entryId));
  return await connected(db, async () => {
    const letters = lettersIn(db);
    const found = await letters.find({ _id: { $in: ids } }, { projection: { entryId: 1 } }).toArray();
    return new Set(found.map(({ entryId }) => String(entryId)));
  });
}

/**
 * Puts messages in their places, over what is there, whatever the position says: to repair what was taken out of
 * MongoDB, or changed there, after it was written.
 * @returns how many MongoDB refused.
 * @throws as mirroredEntries.
 */
export async function putMessages(db: Db, state: KeyState, messages: DocumentMessages): Promise<number> {
  let refused = 0;
  for (const bulk of bulksOf(storedMessages(messages), BULK)) {
    const updates = bulk.map((message) => ({ q: { _id: message._id }, u: message, upsert: true }));
    const { errors } = await updateRecords(db, messageCollectionOf(state), updates);
    refused += errors.length;
  }
  return refused;
}

/** Whether a document's id is that of the entry that it says it is of. No stream has an entry 0-0. */
function isOfEntry(id: string, prefix: string, entryId: unknown): boolean {
  return isEntryId(entryId) && entryId !== BEFORE_FIRST && id === messageId(prefix, entryId);
}

async function deadIds(db: Db, bounds: Document, prefix: string): Promise<string[]> {
  const letters = lettersIn(db).find({ _id: bounds }, { projection: { entryId: 1 } });
  const ids: string[] = [];
  for await (const { _id, entryId } of letters) if (isOfEntry(_id, prefix, entryId)) ids.push(_id);
  return ids.sort();
}

async function* deadEntry(db: Db, id: string | undefined): AsyncGenerator<MirroredEntry> {
  const record = id === undefined ? undefined : await readDeadLetter(db, id);
  if (!record) return;
  const { entryId, at, content, mapped } = record;
  yield { entryId: String(entryId), at, content, mapped };
}
