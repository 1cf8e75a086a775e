import { decodeContent, encodeContent, type MessageDocument, storedText } from '@redis-to-mongo/pipeline';
import { Binary, BSON, type Db, type Document } from 'mongodb';
import { writeCommand } from './write-command.js';

/** Why MongoDB can't take a record. */
export interface Refusal {
  readonly document: MessageDocument;
  readonly collection: string;
  /** MongoDB's code, or 10334 (BSONObjectTooLarge) where the size was known before. */
  readonly code: number;
  readonly reason: string;
  /** The record's size in MongoDB, in bytes. */
  readonly bytes: number;
}

/** A part of a dead letter too large for one document, in bytes. */
const PART_BYTES = 8 * 1024 * 1024;

/**
 * Keeps refused records whole, with the reason, so that they can be looked at and replayed. A record too large for
 * one document leaves its content in `dead_letter_parts`, as one packed list (content that a rule changed: as BSON) cut
 * into parts. Writing the same one again changes nothing.
 */
export async function writeDeadLetters(db: Db, refusals: readonly Refusal[], at: Date): Promise<void> {
  for (const refusal of refusals) {
    const { document, collection, code, reason, bytes } = refusal;
    const parts = bytes > PART_BYTES ? partsOf(document, bytes) : [];
    for (const part of parts) await upsert(db, 'dead_letter_parts', part);
    await upsert(db, 'dead_letters', {
      _id: document._id,
      collection,
      stream: document.stream,
      type: document.type,
      entryId: document.entryId,
      code,
      reason: reason.slice(0, 1000),
      bytes,
      parts: parts.length,
      document: BSON.serialize(parts.length > 0 ? { ...document, content: null } : document),
      at,
    });
  }
}

/** The parts come first, the letter last: a letter that is there is whole. */
function partsOf({ _id, content, mapped }: MessageDocument, bytes: number): Document[] {
  const whole = mapped ? serialized({ content }, bytes) : pack(decodeContent(content).flat());
  const parts: Document[] = [];
  for (let at = 0; at < whole.length; at += PART_BYTES) {
    const data = new Binary(whole.subarray(at, at + PART_BYTES));
    parts.push({ _id: `${_id}#${parts.length}`, letter: _id, part: parts.length, data });
  }
  return parts;
}

/** As BSON, which may be larger than the driver's own buffer. */
function serialized(document: Document, atMost: number): Uint8Array {
  const buffer = new Uint8Array(atMost);
  return buffer.subarray(0, BSON.serializeWithBufferAndIndex(document, buffer) + 1);
}

/** Names and values one after the other, each led by its length in bytes (32 bits, little-endian). */
function pack(items: readonly Buffer[]): Buffer {
  return Buffer.concat(
    items.flatMap((item) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(item.length);
      return [length, item];
    }),
  );
}

function unpack(packed: Buffer): Buffer[] {
  const items: Buffer[] = [];
  for (let at = 0; at < packed.length; ) {
    const end = at + 4 + packed.readUInt32LE(at);
    items.push(packed.subarray(at + 4, end));
    at = end;
  }
  return items;
}

async function upsert(db: Db, collection: string, document: Document): Promise<void> {
  await writeCommand(db, {
    update: collection,
    updates: [{ q: { _id: document._id }, u: document, upsert: true }],
  });
}

/**
 * The record of a dead letter, as it would have been written.
 * @returns undefined when there is no such letter.
 * @throws Error when a part of it is missing.
 */
export async function readDeadLetter(db: Db, id: string): Promise<Document | undefined> {
  const letter = await db.collection<{ _id: string } & Document>('dead_letters').findOne({ _id: id });
  if (!letter) return undefined;
  const document = BSON.deserialize(binary(letter.document));
  if (letter.parts === 0) return document;
  const parts = await db.collection('dead_letter_parts').find({ letter: id }).sort({ part: 1 }).toArray();
  if (parts.length !== letter.parts)
    throw new Error(`dead letter ${id}: ${parts.length} of ${letter.parts} parts`);
  const whole = Buffer.concat(parts.map((part) => binary(part.data)));
  if (document.mapped) return { ...document, ...BSON.deserialize(whole) };
  const items = unpack(whole);
  return { ...document, content: encodeContent(items.map(storedText)) };
}

function binary(value: unknown): Uint8Array {
  if (!(value instanceof Binary)) throw new TypeError('dead letter: not BSON bytes');
  return value.value();
}
