import {
  bulksOf,
  decodeEntry,
  encodeContent,
  type KeyState,
  type MessageDocument,
  messageIdBounds,
  messageIdPrefix,
  SyncError,
  shownKey,
  storedText,
  type ValueDocument,
} from '@redis-to-mongo/pipeline';
import { Binary, BSON, type Db, type Document } from 'mongodb';
import { idBulks } from '../commands/by-ids.js';
import { updateRecords } from '../commands/write-records.js';
import { lettersIn } from '../database/stored.js';
import { mongoError, throwMongoError } from '../errors/mongo-error.js';
import type { DeadLetter } from './letter-lists.js';
import { packContent, unpackContent } from './packed-content.js';

/** Why MongoDB refuses a record. */
export interface Reason {
  /** The collection that the record was written to. */
  readonly collection: string;
  /** MongoDB's code, or 10334 (BSONObjectTooLarge) if the record was known to be too large. */
  readonly code: number;
  readonly reason: string;
}

/** A message that was refused. */
export interface Refusal extends Reason {
  /** The message, in the fleet's own shape. */
  readonly document: MessageDocument;
  /** The shape in which the message is stored; default: the fleet's own. */
  readonly shape?: 'document' | undefined;
  /** The record's size in MongoDB, in bytes. */
  readonly bytes: number;
}

/** A value, an element of a large one, or a key's document that was refused. */
export interface ValueRefusal extends Reason {
  /** The id of the letter. A newer letter with the same id replaces it. */
  readonly id: string;
  readonly kind: 'value' | 'unit' | 'key';
  readonly stream: string;
  readonly type: string;
  readonly document: Document;
}

/** Why MongoDB refuses a letter; `undefined` if the letter is kept. */
export type LetterResult = SyncError | undefined;

/** @throws SyncError DEAD_LETTER_REFUSED if MongoDB refused one of the letters. */
export function requireKept(results: readonly LetterResult[]): void {
  for (const refused of results) if (refused) throw refused;
}

/** Size of the parts of a dead letter that is too large for one document, in bytes. */
const PART_BYTES = 8 * 1024 * 1024;
/** Limits of the letters in one command; sizes are approximate. */
const LETTERS_AT_ONCE = {
  sizeOf: ({ document }: { readonly document: Uint8Array }) => document.length + 1500,
  size: PART_BYTES,
  count: 500,
};

/**
 * Keeps refused messages whole, with the reason, so that they can be inspected and replayed. The content of a
 * message too large for one document is packed and cut into parts in `dead_letter_parts`. Writing the same
 * message again changes nothing.
 * @returns for each message, DEAD_LETTER_REFUSED if MongoDB refuses its letter.
 * @throws SyncError as tryCommand.
 */
export async function writeDeadLetters(
  db: Db,
  refusals: readonly Refusal[],
  at: Date,
): Promise<LetterResult[]> {
  return await save(
    db,
    refusals.map(({ document, shape, bytes, ...reason }) => {
      const { _id, stream, type, entryId } = document;
      return {
        id: _id,
        kind: 'entry',
        stream,
        type,
        entryId,
        bytes,
        at,
        ...reason,
        ...(shape ? { shape } : {}),
        ...contentOf(document, bytes),
      };
    }),
  );
}

/**
 * Keeps refused values and elements whole; see writeDeadLetters. The BSON of a large one is cut into parts.
 */
export async function writeValueLetters(
  db: Db,
  refusals: readonly ValueRefusal[],
  at: Date,
): Promise<LetterResult[]> {
  return await save(
    db,
    refusals.map(({ document, ...reason }) => {
      const bytes = BSON.calculateObjectSize(document);
      BSON.setInternalBufferSize(bytes + 1024); // only grows; most values are smaller than its initial size
      const whole = BSON.serialize(document);
      const isLarge = bytes > PART_BYTES;
      return {
        ...{ entryId: '', bytes, at, ...reason },
        document: isLarge ? BSON.serialize({ _id: document._id }) : whole,
        whole: isLarge ? whole : undefined,
      };
    }),
  );
}

interface Letter
  extends Reason,
    Pick<ValueRefusal, 'stream' | 'type'>,
    Pick<DeadLetter, 'id' | 'kind' | 'entryId' | 'bytes' | 'at'> {
  /** BSON of the record, or of the part that is not in `whole`. */
  readonly document: Uint8Array;
  readonly whole: Uint8Array | undefined;
}

function contentOf(document: MessageDocument, bytes: number) {
  try {
    if (bytes <= PART_BYTES) return { document: BSON.serialize(document), whole: undefined };
    return { document: BSON.serialize({ ...document, content: null }), whole: packContent(document) };
  } catch {
    // The driver cannot encode the document. The entry's own fields are bytes.
    const { mapped: _, ...plain } = document;
    const content = encodeContent(decodeEntry(document).pairs.flat().map(storedText));
    return { document: BSON.serialize({ ...plain, content: null }), whole: packContent({ content }) };
  }
}

/** Writes the parts before the letters, so that an existing letter is always whole. */
async function save(db: Db, letters: readonly Letter[]): Promise<LetterResult[]> {
  const written: (Document & { document: Uint8Array })[] = [];
  const single: string[] = [];
  const refused: Refused = new Map();
  for (const { id, kind, reason, document, whole, ...fields } of letters) {
    const parts = whole ? partsOf(id, whole, fields.at) : [];
    for (const part of parts) await upsert(db, 'dead_letter_parts', [part], refused);
    if (refused.has(id)) continue;
    const kindField = kind === 'entry' ? {} : { kind };
    const words = reason.slice(0, 1000);
    written.push({ _id: id, ...kindField, ...fields, reason: words, parts: parts.length, document });
    // An earlier letter of a value may have had more parts; an entry never changes.
    if (kind === 'entry') continue;
    if (parts.length === 0) single.push(id);
    else await removeParts(db, { letter: id, part: { $gte: parts.length } });
  }
  for (const $in of idBulks(single)) await removeParts(db, { letter: { $in } });
  for (const bulk of bulksOf(written, LETTERS_AT_ONCE)) await upsert(db, 'dead_letters', bulk, refused);
  return letters.map(({ id }) => refused.get(id));
}

/** Removes parts of large letters. @throws SyncError as mongoError. */
export async function removeParts(db: Db, which: Document): Promise<void> {
  await db.collection('dead_letter_parts').deleteMany(which).catch(throwMongoError);
}

function partsOf(letter: string, whole: Uint8Array, written: Date): Document[] {
  const parts: Document[] = [];
  for (let at = 0; at < whole.length; at += PART_BYTES) {
    const data = new Binary(whole.subarray(at, at + PART_BYTES));
    parts.push({ _id: `${letter}#${parts.length}`, letter, at: written, part: parts.length, data });
  }
  return parts;
}

/** The errors of refused letters, by the letter's id. */
type Refused = Map<string, SyncError>;

/** Writes documents, and adds the letters of refused ones to `refused`. */
async function upsert(
  db: Db,
  collection: string,
  documents: readonly Document[],
  refused: Refused,
): Promise<void> {
  const updates = documents.map((u) => ({ q: { _id: u._id }, u, upsert: true }));
  const { errors } = await updateRecords(db, collection, updates);
  for (const { index, isOwnId, code } of errors) {
    if (isOwnId) continue; // another process wrote the same letter at the same time
    const { _id, letter = _id } = documents[index] ?? {};
    refused.set(
      String(letter),
      new SyncError(
        'DEAD_LETTER_REFUSED',
        'unknown',
        `MongoDB refuses a dead letter with code ${code}: check for an index or a validator of yours on ${collection}`,
      ),
    );
  }
}

/**
 * Reads the record of a dead letter, as it would have been written.
 * @returns undefined if there is no such letter.
 * @throws SyncError MIRROR_DAMAGED if a part is missing, or the document is not the fleet's; else what the driver throws.
 */
export async function readDeadLetter(db: Db, id: string): Promise<Document | undefined> {
  const letter = await lettersIn(db).findOne({ _id: id });
  if (!letter) return undefined;
  const document = BSON.deserialize(binary(id, letter.document));
  if (letter.parts === 0) return document;
  const parts = await db.collection('dead_letter_parts').find({ letter: id }).sort({ part: 1 }).toArray();
  if (parts.length !== letter.parts)
    throw damaged(id, `${parts.length} of its ${letter.parts} parts are left`);
  const whole = Buffer.concat(parts.map((part) => binary(id, part.data)));
  if (letter.kind) return BSON.deserialize(whole);
  return { ...document, content: unpackContent(whole, document.mapped !== undefined) };
}

/**
 * Removes letters with their parts. The letters are removed last, so that they still lead to parts that an
 * interrupted removal left.
 * @returns the number of removed letters: if two callers remove a letter, only one gets 1.
 * @throws what the driver throws.
 */
export async function removeLetters(db: Db, ids: readonly string[]): Promise<number> {
  let removed = 0;
  for (const $in of idBulks(ids)) {
    await db.collection('dead_letter_parts').deleteMany({ letter: { $in } });
    removed += (await lettersIn(db).deleteMany({ _id: { $in } })).deletedCount;
  }
  return removed;
}

function binary(id: string, value: unknown): Uint8Array {
  if (!(value instanceof Binary)) throw damaged(id, 'it is not one of the fleet');
  return value.value();
}

function damaged(id: string, how: string): SyncError {
  return new SyncError(
    'MIRROR_DAMAGED',
    'unknown',
    `dead letter ${shownKey(id)}: ${how}: drop it (redis-to-mongo dead-letters drop)`,
  );
}

/** The letter of a key's value: one per incarnation, for the last refused state. */
export function valueRefusal(
  state: KeyState,
  collection: string,
  document: ValueDocument,
  code: number,
  reason: string,
): ValueRefusal {
  const { stream, type, key, incarnation } = state;
  const id = `${messageIdPrefix(key, incarnation)}value`;
  const whole = { _id: key, ...document };
  return { id, kind: 'value', collection, stream, type, document: whole, code, reason };
}

/**
 * Removes the letters of a value and its elements, of this incarnation, after a later state was written
 * whole: nothing is left to replay. Queries MongoDB only for a key with dead letters.
 * @returns the number of records that count as dead but no longer have a letter.
 * @throws SyncError as mongoError.
 */
export async function dropValueLetters(db: Db, state: KeyState): Promise<number> {
  const { key, incarnation, stream, type, counts } = state;
  if (counts.dead === 0) return 0;
  const prefix = messageIdPrefix(key, incarnation);
  const range = { $gt: `${prefix}unit:`, $lte: `${prefix}value` };
  // A key whose name begins like these ids has another stream or type.
  const own = { _id: range, kind: { $in: ['unit', 'value'] }, stream, type };
  try {
    const letters = lettersIn(db);
    const found = await letters.find(own, { projection: { _id: 1 } }).toArray();
    await removeLetters(
      db,
      found.map(({ _id }) => _id),
    );
    // The letter of the key's own document is not for a record that counts as dead.
    const left = { _id: messageIdBounds(key), kind: { $ne: 'key' }, stream, type };
    return Math.max(0, counts.dead - (await letters.countDocuments(left)));
  } catch (error) {
    throw mongoError(error);
  }
}
