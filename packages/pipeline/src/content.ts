import { Buffer, isUtf8 } from 'node:buffer';
import { isObject } from './members-of.js';

/** A field name or value in a document: text where it is valid UTF-8, else its bytes (BSON Binary). */
export type StoredText = string | Uint8Array;

/**
 * How an entry's fields are stored. Plain: an object `{field: "value"}`. Where an object could not give the
 * very same list back, an array of `[name, value]` pairs in the entry's own order.
 */
export type StoredContent = Record<string, StoredText> | [StoredText, StoredText][];

/** Text where the bytes are valid UTF-8, else the bytes themselves. */
export function storedText(bytes: Buffer): StoredText {
  return isUtf8(bytes) ? bytes.toString('utf8') : bytes;
}

/**
 * The stored form of an entry's flat list `[name, value, name, value, …]`, as Redis answers it.
 *
 * Pairs are used when a name is empty, not UTF-8, begins with `$`, holds `.` or NUL, reads as an array index (objects
 * would put it first), is taken by drivers, or occurs twice; every other entry is a plain object.
 */
export function encodeContent(flat: readonly StoredText[]): StoredContent {
  const content: Record<string, StoredText> = {};
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i];
    const value = flat[i + 1];
    if (typeof name !== 'string' || value === undefined || !isPlainName(name) || Object.hasOwn(content, name))
      return asPairs(flat);
    content[name] = value;
  }
  return content;
}

function asPairs(flat: readonly StoredText[]): [StoredText, StoredText][] {
  const pairs: [StoredText, StoredText][] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) pairs.push([flat[i] as StoredText, flat[i + 1] as StoredText]);
  return pairs;
}

/** As encodeContent, for pairs whose values may be anything. */
export function contentOf<Name, Value>(
  pairs: readonly (readonly [name: Name, value: Value])[],
): Record<string, Value> | [Name, Value][] {
  const content: Record<string, Value> = {};
  for (const [name, value] of pairs) {
    if (typeof name !== 'string' || !isPlainName(name) || Object.hasOwn(content, name))
      return pairs.map(([each, its]) => [each, its]);
    content[name] = value;
  }
  return content;
}

/** Whether an object keeps a field of this name, and in its place; see encodeContent. */
export function isPlainName(name: string): boolean {
  if (name.length === 0) return false;
  const first = name.charCodeAt(0);
  if (first === 0x24) return false; // $
  if (first >= 0x30 && first <= 0x39) return !/^\d+$/.test(name) && !hasDotOrNul(name);
  return !hasDotOrNul(name) && !isTakenByDrivers(name);
}

/**
 * Whether JavaScript or MongoDB's drivers for it take a member of this name for something of their own: an object's
 * prototype, the class of a BSON value, or how an object makes BSON of itself. Such an object can't be written, or
 * comes back as another one.
 */
export function isTakenByDrivers(name: string): boolean {
  return name === '_bsontype' || name === '__proto__' || name === 'toBSON';
}

function hasDotOrNul(name: string): boolean {
  return name.includes('.') || name.includes('\0');
}

/**
 * Gives back the identical list of field-value pairs that the stream's entry held, as bytes, in order.
 * Takes `content` as any MongoDB driver for Node returns it (strings, Buffers or BSON Binary objects).
 * @throws TypeError when `content` is not of a form that `encodeContent` makes.
 */
export function decodeContent(content: unknown): [name: Buffer, value: Buffer][] {
  return pairsOf(content).map(([name, value]) => [bytesOf(name), bytesOf(value)]);
}

/** Names and values of a content in either of its forms. @throws TypeError where it is neither. */
export function pairsOf(content: unknown): readonly (readonly [unknown, unknown])[] {
  if (!isObject(content)) throw new TypeError('content: not an object or array');
  if (!Array.isArray(content)) return Object.entries(content);
  return content.map((pair: unknown) => {
    if (!Array.isArray(pair) || pair.length !== 2) throw new TypeError('content: not a [name, value] pair');
    return [pair[0], pair[1]] as const;
  });
}

/** The bytes of a stored text: of a string its UTF-8, of a Buffer or BSON Binary its content. */
export function bytesOf(stored: unknown): Buffer {
  if (typeof stored === 'string') return Buffer.from(stored, 'utf8');
  if (stored instanceof Uint8Array) return Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
  if (isBinary(stored)) return Buffer.from(stored.buffer.subarray(0, stored.position));
  throw new TypeError('content: a name or value is neither text nor bytes');
}

function isBinary(value: unknown): value is { buffer: Uint8Array; position: number } {
  return isObject(value) && value.buffer instanceof Uint8Array && typeof value.position === 'number';
}
