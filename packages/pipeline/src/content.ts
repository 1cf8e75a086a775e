import { Buffer, isUtf8 } from 'node:buffer';
import { isObject } from './members-of.js';

/** A field name or value in a document: text if it is valid UTF-8, otherwise bytes (BSON Binary). */
export type StoredText = string | Uint8Array;

/**
 * How an entry's fields are stored. Normally as an object `{field: "value"}`. If an object could not give
 * back exactly the same list, as an array of `[name, value]` pairs in the entry's order.
 */
export type StoredContent = Record<string, StoredText> | [StoredText, StoredText][];

/** Text if the bytes are valid UTF-8, otherwise the bytes themselves. */
export function storedText(bytes: Buffer): StoredText {
  return isUtf8(bytes) ? bytes.toString('utf8') : bytes;
}

/**
 * The stored form of an entry's flat list `[name, value, name, value, …]`, as Redis returns it.
 *
 * Pairs are used if a name is empty, is not UTF-8, begins with `$`, contains `.` or NUL, has only digits (an
 * object would put it first), is taken by drivers, or occurs twice. Any other entry is a plain object.
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

/** As encodeContent, for pairs with values of any type. */
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

/** Whether an object keeps a field with this name, in its place; see encodeContent. */
export function isPlainName(name: string): boolean {
  if (name.length === 0) return false;
  const first = name.charCodeAt(0);
  if (first === 0x24) return false; // $
  if (first >= 0x30 && first <= 0x39) return !/^\d+$/.test(name) && !hasDotOrNul(name);
  return !hasDotOrNul(name) && !isTakenByDrivers(name);
}

/**
 * Whether this name is special to JavaScript or to MongoDB's drivers for it: an object's prototype, the class
 * of a BSON value, or the method that converts an object to BSON. An object with such a member can't be
 * written, or comes back changed.
 */
export function isTakenByDrivers(name: string): boolean {
  return name === '_bsontype' || name === '__proto__' || name === 'toBSON';
}

function hasDotOrNul(name: string): boolean {
  return name.includes('.') || name.includes('\0');
}

/**
 * Returns exactly the field-value pairs of the stream's entry, as bytes, in order. Takes `content` as any
 * MongoDB driver for Node returns it (strings, Buffers or BSON Binary objects).
 * @throws TypeError if `content` is not in a form that `encodeContent` makes.
 */
export function decodeContent(content: unknown): [name: Buffer, value: Buffer][] {
  return pairsOf(content).map(([name, value]) => [bytesOf(name), bytesOf(value)]);
}

/** The names and values of `content` in either form. @throws TypeError if it has neither form. */
export function pairsOf(content: unknown): readonly (readonly [unknown, unknown])[] {
  if (!isObject(content)) throw new TypeError('content: not an object or array');
  if (!Array.isArray(content)) return Object.entries(content);
  return content.map((pair: unknown) => {
    if (!Array.isArray(pair) || pair.length !== 2) throw new TypeError('content: not a [name, value] pair');
    return [pair[0], pair[1]] as const;
  });
}

/** The bytes of a stored text: the UTF-8 of a string, or the content of a Buffer or BSON Binary. */
export function bytesOf(stored: unknown): Buffer {
  if (typeof stored === 'string') return Buffer.from(stored, 'utf8');
  if (stored instanceof Uint8Array) return Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
  if (isBinary(stored)) return Buffer.from(stored.buffer.subarray(0, stored.position));
  throw new TypeError('content: a name or value is neither text nor bytes');
}

function isBinary(value: unknown): value is { buffer: Uint8Array; position: number } {
  return isObject(value) && value.buffer instanceof Uint8Array && typeof value.position === 'number';
}
