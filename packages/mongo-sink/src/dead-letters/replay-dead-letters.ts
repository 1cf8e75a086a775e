import { messageCollectionOf, messageIdPrefix, shapeMessage } from '@redis-to-mongo/pipeline';
import { BSON, type Db, type Document } from 'mongodb';
import { insertRecords } from '../commands/write-records.js';
import { connected } from '../connection/ensure-connected.js';
import { lettersIn } from '../database/stored.js';
import { rereadKey } from '../keys/change-key.js';
import { readKey } from '../keys/find-keys.js';
import type { KeyDocument } from '../keys/key-document.js';
import { readDeadLetter, removeLetters, removeParts } from './dead-letters.js';
import { type DeadLetter, toDeadLetter } from './letter-lists.js';

/**
 * MongoDB's code for a document that is too large, and the limit in bytes if the server does not report it.
 */
const TOO_LARGE = 10334;
const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;

/** A dead letter with its record as it would have been written; `undefined` if there is no letter with this id. */
export async function showDeadLetter(db: Db, id: string) {
  return await connected(db, async () => {
    const letter = await lettersIn(db).findOne({ _id: id }, { projection: { document: 0 } });
    const record = letter ? await readDeadLetter(db, id) : undefined;
    return letter && record ? { letter: toDeadLetter(letter), record } : undefined;
  });
}

/**
 * The result of a replay.
 * - `requested`: a value may have changed, so it is not restored from the letter. A job is requested, which
 *   reads and writes all of it.
 * - `key gone`, `key paused`: no job would read the value, so the letter stays.
 * - `refused`: MongoDB refused the record again, with this code; the letter stays.
 */
export type Replay =
  | { readonly result: 'written' | 'already there' | 'requested' | 'key gone' | 'key paused' | 'absent' }
  | { readonly result: 'refused'; readonly code: number };

/** Confirms that the queue takes requests. @returns a function that requests a job for a key. */
type OpenRequests = () => Promise<(key: string) => Promise<unknown>>;

/**
 * Writes a dead letter's record again. If MongoDB accepts it, the letter is deleted, and the record counts as
 * written.
 * @param openRequests called for the letter of a value before anything changes; requests a job for its key.
 * Without a job, a value that has not changed since would not be read.
 * @throws SyncError as mongoError, or what `openRequests` throws; the letter then still exists.
 */
export async function replayDeadLetter(db: Db, id: string, openRequests: OpenRequests): Promise<Replay> {
  return await connected(db, async () => {
    const found = await lettersIn(db).findOne({ _id: id }, { projection: { document: 0 } });
    const letter = found && toDeadLetter(found);
    if (letter && letter.kind !== 'entry') return await readAnew(db, letter, openRequests);
    const record = letter && (await readDeadLetter(db, id));
    if (!record) return { result: 'absent' };
    const { _id, content } = record;
    const stored = letter.isShaped ? shapeMessage({ ...record, _id: String(_id), content }) : record;
    const outcome = await insertOnce(db, await collectionNow(db, letter), stored);
    if (outcome.result === 'refused') return outcome;
    await countReplayed(db, letter);
    await removeLetters(db, [id]);
    return outcome;
  });
}

/** The present collection of the letter's incarnation: a migration may have moved its messages. */
async function collectionNow(db: Db, { id, key, collection }: DeadLetter): Promise<string> {
  const state = await readKey(db, key);
  return state && id.startsWith(messageIdPrefix(key, state.incarnation))
    ? messageCollectionOf(state)
    : collection;
}

/** Maximum number of replayed letters in a key's document. */
const REMEMBERED = 100;

/**
 * Counts a letter's record as written. The key's document lists the letter, so a repeated replay does not
 * count it again.
 */
async function countReplayed(db: Db, { id, key, at }: DeadLetter): Promise<void> {
  const letter = `${id} ${at.toISOString()}`;
  // A record that does not count as dead is counted by the job that reads it again.
  const uncounted = { _id: key, replayed: { $ne: letter }, 'counts.dead': { $gt: 0 } };
  await db.collection<Counted>('keys').updateOne(uncounted, {
    $inc: { 'counts.dead': -1, 'counts.written': 1, revision: 1 },
    $set: { savedBy: 'replay' },
    $push: { replayed: { $each: [letter], $slice: -REMEMBERED } },
  });
}

interface Counted extends Pick<KeyDocument, '_id' | 'counts' | 'revision' | 'savedBy'> {
  readonly replayed?: string[];
}

/**
 * Deletes a dead letter and its record for good. The record still counts as dead.
 * @returns false if there was no such letter.
 */
export async function dropDeadLetter(db: Db, id: string): Promise<boolean> {
  return await connected(db, async () => (await removeLetters(db, [id])) === 1);
}

/**
 * Requests a job for the key, then removes the letter: its parts first, so that an interrupted replay leaves
 * a letter by which the rest is found. If the job has already written a later letter, that letter and its
 * parts stay: they have another time. Parts that earlier versions wrote have no time, and are removed.
 */
async function readAnew(
  db: Db,
  { id, key, kind, at }: DeadLetter,
  openRequests: OpenRequests,
): Promise<Replay> {
  // A key whose own document is refused may have no document.
  if (kind !== 'key') {
    const state = await readKey(db, key);
    if (state?.status !== 'active') return { result: 'key gone' };
    if (state.pausedAt) return { result: 'key paused' };
  }
  const request = await openRequests();
  if (kind !== 'key') await rereadKey(db, key);
  await request(key);
  await removeParts(db, { letter: id, at: { $in: [at, null] } });
  await lettersIn(db).deleteOne({ _id: id, at });
  return { result: 'requested' };
}

async function insertOnce(db: Db, collection: string, record: Document): Promise<Replay> {
  const { maxBsonObjectSize } = await db.command({ hello: 1 });
  // If sent, a record that is too large would make the whole command fail.
  if (BSON.calculateObjectSize(record) > Number(maxBsonObjectSize ?? MAX_DOCUMENT_BYTES))
    return { result: 'refused', code: TOO_LARGE };
  const { errors } = await insertRecords(db, collection, [record]);
  const [error] = errors;
  if (!error) return { result: 'written' };
  return error.isOwnId ? { result: 'already there' } : { result: 'refused', code: error.code };
}
