import {
  BEFORE_FIRST,
  bulksOf,
  type DocumentMessages,
  entryIdOf,
  isEntryId,
  type KeyState,
  messageCollectionOf,
  messageId,
  messageIdBounds,
  messageIdPrefix,
  plainMessage,
} from '@redis-to-mongo/pipeline';
import { BSON, type Db, type Document } from 'mongodb';
import { updateRecords } from '../commands/write-records.js';
import { connected, ensureConnected } from '../connection/ensure-connected.js';
import { lettersIn, type Stored } from '../database/stored.js';
import { readDeadLetter } from '../dead-letters/dead-letters.js';
import { mongoError } from '../errors/mongo-error.js';
import { storedMessages } from './message-forms.js';

/** A stream's entry as stored in MongoDB. Its content is as the driver returns it: see decodeEntry. */
export interface MirroredEntry {
  readonly entryId: string;
  /** Time of the entry, from its id. */
  readonly at: unknown;
  readonly content: unknown;
  readonly mapped?: unknown;
}

/** Limits of one command. The server takes 48 MB and 100,000 documents. */
const BULK = { sizeOf: BSON.calculateObjectSize, size: 16 * 1024 * 1024, count: 50_000 };

/**
 * Reads the entries of the stream's present incarnation from MongoDB, in stream order, page by page.
 * @param withDead includes entries that are dead letters.
 * @param onStray called with documents among them that are not entries: their `_id` is not that of an entry.
 * @throws SyncError as mongoError; MIRROR_DAMAGED for a dead letter that lacks a part.
 */
export async function* mirroredEntries(
  db: Db,
  state: KeyState,
  { withDead, onStray }: { readonly withDead: boolean; readonly onStray?: (id: string) => void },
): AsyncGenerator<MirroredEntry> {
  const { key, incarnation } = state;
  const prefix = messageIdPrefix(key, incarnation);
  const bounds = messageIdBounds(key, incarnation);
  try {
    await ensureConnected(db);
    const dead = withDead ? await deadIds(db, bounds, prefix) : [];
    const cursor = db
      .collection<Stored>(messageCollectionOf(state))
      .find({ _id: bounds }, { batchSize: 1000 })
      .sort({ _id: 1 })
      .allowDiskUse(true);
    for await (const stored of cursor) {
      const { _id } = stored;
      const message = plainMessage(stored);
      if (!isOfStream(message, state)) continue;
      if (!isOfEntry(_id, prefix, message.entryId)) {
        onStray?.(_id);
        continue;
      }
      for (let id = dead[0]; id !== undefined && id < _id; id = dead[0]) yield* deadEntry(db, dead.shift());
      // The entry was replayed, but its dead letter is not removed yet.
      if (dead[0] === _id) dead.shift();
      yield entryOf(message);
    }
    while (dead.length > 0) yield* deadEntry(db, dead.shift());
  } catch (error) {
    throw mongoError(error);
  }
}

/** A message of one of many streams. */
export interface StreamMessage {
  readonly state: KeyState;
  /** The entry of the stream's present incarnation; `undefined` for a message that should not be there. */
  readonly entry: MirroredEntry | undefined;
}

/**
 * Reads the messages of many streams from MongoDB: those of each stream in stream order. Messages of earlier
 * incarnations are left out.
 * @param collections besides those of the streams: their messages should not be there.
 * @throws SyncError as mongoError.
 */
export async function* messagesOfStreams(
  db: Db,
  states: readonly KeyState[],
  collections: Iterable<string>,
): AsyncGenerator<StreamMessage> {
  if (states.length === 0) return; // MongoDB refuses an empty $or
  const byPlace = new Map(states.map((state) => [placeName(state), state]));
  const $or = states.map(({ key }) => ({ _id: messageIdBounds(key) }));
  try {
    await ensureConnected(db);
    for (const name of new Set([...states.map(messageCollectionOf), ...collections])) {
      const cursor = db.collection<Stored>(name).find({ $or }).sort({ _id: 1 }).allowDiskUse(true);
      for await (const stored of cursor) {
        const message = plainMessage(stored);
        const state = byPlace.get(placeName(message));
        if (!state || isOfEarlier(stored._id, state)) continue;
        const prefix = messageIdPrefix(state.key, state.incarnation);
        const isEntry = name === messageCollectionOf(state) && isOfEntry(stored._id, prefix, message.entryId);
        yield { state, entry: isEntry ? entryOf(message) : undefined };
      }
    }
  } catch (error) {
    throw mongoError(error);
  }
}

function placeName({ stream, type }: { readonly stream?: unknown; readonly type?: unknown }): string {
  return JSON.stringify([stream, type]);
}

/** Whether a message is of one of the stream's earlier incarnations. */
function isOfEarlier(id: string, { key, incarnation }: KeyState): boolean {
  return id > messageIdBounds(key, 1).$gt && id < messageIdBounds(key, incarnation).$gt;
}

/**
 * Reads the last entries of the stream's present incarnation from MongoDB, newest first, without dead
 * letters.
 * @param waitMs time limit for the server, in ms.
 * @throws SyncError as mongoError.
 */
export async function lastMirroredEntries(
  db: Db,
  state: KeyState,
  limit: number,
  waitMs: number,
): Promise<readonly MirroredEntry[]> {
  const { key, incarnation } = state;
  const prefix = messageIdPrefix(key, incarnation);
  return await connected(db, async () => {
    const entries: MirroredEntry[] = [];
    const cursor = db
      .collection<Stored>(messageCollectionOf(state))
      .find({ _id: messageIdBounds(key, incarnation) }, { batchSize: limit, maxTimeMS: waitMs })
      .sort({ _id: -1 });
    for await (const stored of cursor) {
      const message = plainMessage(stored);
      if (!isOfStream(message, state) || !isOfEntry(stored._id, prefix, message.entryId)) continue;
      if (entries.push(entryOf(message)) === limit) break;
    }
    return entries;
  });
}

/**
 * The ids of the last entries of the stream's present incarnation, dead letters included: at most 100 of each.
 * @throws SyncError as mongoError.
 */
export async function mirroredEntryIds(db: Db, state: KeyState): Promise<readonly string[]> {
  const { key, incarnation } = state;
  const prefix = messageIdPrefix(key, incarnation);
  const filter = { _id: messageIdBounds(key, incarnation) };
  const places = [db.collection<Stored>(messageCollectionOf(state)), lettersIn(db)];
  return await connected(db, async () => {
    const found = places.map((place) =>
      place
        .find(filter, { projection: { _id: 1 } })
        .sort({ _id: -1 })
        .limit(100)
        .toArray(),
    );
    return (await Promise.all(found)).flat().flatMap(({ _id }) => entryIdOf(prefix, _id) ?? []);
  });
}

/** Finds the streams whose present incarnation has dead letters. @throws as messagesOfStreams. */
export async function streamsWithLetters(
  db: Db,
  states: readonly KeyState[],
): Promise<ReadonlySet<KeyState>> {
  if (states.length === 0) return new Set(); // MongoDB refuses an empty $or
  const byPlace = new Map(states.map((state) => [placeName(state), state]));
  const $or = states.map(({ key, incarnation }) => ({ _id: messageIdBounds(key, incarnation) }));
  return await connected(db, async () => {
    const letters = await lettersIn(db)
      .find({ $or }, { projection: { stream: 1, type: 1 } })
      .toArray();
    return new Set(letters.flatMap(({ stream, type }) => byPlace.get(placeName({ stream, type })) ?? []));
  });
}

/** Finds which of these entries of the present incarnation are dead letters. @throws as mirroredEntries. */
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
 * Writes messages over the stored ones, whatever the position is. This repairs messages that were removed
 * from MongoDB or changed there.
 * @returns the number of messages that MongoDB refused.
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

/**
 * Whether a message is of this stream. Messages of a key named like this one plus `@…` can be in its range of
 * `_id`. The query does not ask: servers that resemble MongoDB read the whole collection for a range beside
 * an `$or`.
 */
function isOfStream(message: Readonly<Record<string, unknown>>, { stream, type }: KeyState): boolean {
  return message.stream === stream && message.type === type;
}

/** Whether a document's `_id` matches its entry id. No stream has an entry 0-0. */
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
  if (record) yield entryOf(record);
}

function entryOf({ entryId, at, content, mapped }: Readonly<Record<string, unknown>>): MirroredEntry {
  return { entryId: String(entryId), at, content, mapped };
}
