import { Buffer, isUtf8 } from 'node:buffer';
import { isPlainName } from '@redis-to-mongo/pipeline';
import {
  BINARY,
  DATE,
  DOCUMENT,
  element,
  LIST,
  NULL,
  STRING,
  writeAllFields,
  writeInt32,
  writeValue,
} from './bson-bytes.js';
import type { EntryCursor } from './entry-cursor.js';
import { KnownNames } from './known-names.js';

/*
 * A message as BSON (https://bsonspec.org/spec.html); lengths are 32 bits, little-endian, and count themselves in
 * documents, the closing NUL in strings:
 *
 *   length
 *   02 "_id" 00      length "orders@a1:m1700000000000-a0" 00
 *   02 "stream" 00   length "orders" 00
 *   02 "type" 00     length "…" 00
 *   02 "entryId" 00  length "1700000000000-0" 00
 *   09 "at" 00       ms since 1970, 64 bits          or 0A "at" 00 (null), beyond what a Date holds
 *   03 "content" 00  length                          one element for each field:
 *                      02 name 00  length value 00     a value that is UTF-8
 *                      05 name 00  length 00 bytes     one that is not
 *                    00
 *   00
 *
 * Where an object can't hold the names as they are (see encodeContent), `content` is a list of pairs:
 *
 *   04 "content" 00  length
 *                      04 "0" 00  length  02 "0" 00 name  02 "1" 00 value  00
 *                      04 "1" 00  …
 *                    00
 *
 * Most entries of a stream have the names of the entry before: then names are only compared, and known to be good.
 */

const ZERO = 0x30;
const DASH = 0x2d;
/** The letter that leads a number of one digit in an `_id` is the one behind it; see messageId. */
const BEFORE_A = 0x60;
const LATEST_MS = 8.64e15;
const TWO_TO_32 = 0x1_0000_0000;
/** What a pair takes in a list beyond its name and value, in bytes, at most; in an object it is less than on the wire. */
const PAIR_OVERHEAD = 40;

/** Writes the documents of one read one behind the other, byte for byte as the driver would. */
export interface EntryEncoder {
  /** Where each document ends in `bytes`. */
  readonly ends: readonly number[];
  /** Some value or name is not UTF-8. */
  readonly isBinary: boolean;
  /** The documents written so far. */
  readonly bytes: Buffer;
  /** The whole buffer, to be used again. */
  readonly buffer: Buffer;
  /**
   * Adds the document of the entry that the cursor found.
   * @param isText all names and values are known to be UTF-8.
   */
  add(source: Buffer, entry: EntryCursor, isText: boolean): void;
}

/** In the fleet's own shape. */
export class MessageEncoder implements EntryEncoder {
  /** Where each document ends in `bytes`. */
  readonly ends: number[] = [];
  /** Some value or name is not UTF-8. */
  isBinary = false;
  #bytes: Buffer;
  #length = 0;
  /** Everything of a document up to the entry's part of the `_id`. */
  readonly #head: Buffer;
  /** From there on up to the entry id. */
  readonly #middle: Buffer;
  readonly #idPrefixLength: number;
  readonly #names = new KnownNames(isPlainName);

  /**
   * @param idPrefix see messageIdPrefix.
   * @param bytes the buffer to write into; a larger one takes its place when it is full.
   */
  constructor(idPrefix: string, stream: string, type: string, bytes: Buffer) {
    this.#bytes = bytes;
    const prefix = Buffer.from(idPrefix);
    this.#idPrefixLength = prefix.length;
    this.#head = Buffer.concat([Buffer.from('\0\0\0\0\x02_id\0\0\0\0\0'), prefix]);
    this.#middle = Buffer.concat([
      element('stream', stream),
      element('type', type),
      Buffer.from('\x02entryId\0'),
    ]);
  }

  /** The documents written so far. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** The whole buffer, to be used again. */
  get buffer(): Buffer {
    return this.#bytes;
  }

  /**
   * Adds the document of the entry that the cursor found.
   * @param isText all names and values are known to be UTF-8.
   */
  add(source: Buffer, entry: EntryCursor, isText: boolean): void {
    const idLength = entry.idTo - entry.idFrom;
    const onWire = entry.at - entry.idFrom;
    this.#ensure(this.#head.length + this.#middle.length + 2 * idLength + onWire + 64);
    const start = this.#length;
    const head = this.#head;
    let bytes = this.#bytes;
    let at = start;
    bytes.set(head, at);
    at += head.length;

    // The rest of the _id: a letter for the number of digits, the digits, a dash, and the same again.
    let dash = entry.idFrom;
    let ms = 0;
    while (source[dash] !== DASH) ms = ms * 10 + (source[dash++] ?? 0) - ZERO;
    bytes[at++] = BEFORE_A + dash - entry.idFrom;
    for (let i = entry.idFrom; i <= dash; i++) bytes[at++] = source[i] ?? 0;
    bytes[at++] = BEFORE_A + entry.idTo - dash - 1;
    for (let i = dash + 1; i < entry.idTo; i++) bytes[at++] = source[i] ?? 0;
    bytes[at++] = 0;
    writeInt32(bytes, start + 9, this.#idPrefixLength + idLength + 3);

    bytes.set(this.#middle, at);
    at += this.#middle.length;
    at = writeInt32(bytes, at, idLength + 1);
    for (let i = entry.idFrom; i < entry.idTo; i++) bytes[at++] = source[i] ?? 0;
    bytes[at++] = 0;

    const hasTime = ms <= LATEST_MS;
    bytes[at++] = hasTime ? DATE : NULL;
    bytes[at++] = 0x61; // a
    bytes[at++] = 0x74; // t
    bytes[at++] = 0;
    if (hasTime) {
      at = writeInt32(bytes, at, (ms % TWO_TO_32) | 0);
      at = writeInt32(bytes, at, Math.floor(ms / TWO_TO_32));
    }

    const areTexts = isText || isUtf8(source.subarray(entry.idFrom, entry.at));
    if (!areTexts) this.isBinary = true;
    const isPlain = this.#names.areThose(source, entry) || this.#names.learn(source, entry);
    if (!isPlain) {
      this.#length = at;
      this.#ensure(onWire + 64 + entry.items * PAIR_OVERHEAD);
      bytes = this.#bytes;
    }
    bytes[at++] = isPlain ? DOCUMENT : LIST;
    bytes[at++] = 0x63; // content
    bytes[at++] = 0x6f;
    bytes[at++] = 0x6e;
    bytes[at++] = 0x74;
    bytes[at++] = 0x65;
    bytes[at++] = 0x6e;
    bytes[at++] = 0x74;
    bytes[at++] = 0;
    at = isPlain
      ? writeFields(bytes, at, source, entry, areTexts)
      : writePairs(bytes, at, source, entry, areTexts);
    bytes[at++] = 0;
    writeInt32(bytes, start, at - start);
    this.#length = at;
    this.ends.push(at);
  }

  #ensure(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

/** The content as an object; returns where it ends. */
function writeFields(
  to: Buffer,
  start: number,
  source: Buffer,
  { items, spans }: EntryCursor,
  areTexts: boolean,
): number {
  let at = writeAllFields(to, start + 4, source, items, spans, areTexts);
  to[at++] = 0;
  writeInt32(to, start, at - start);
  return at;
}

/** The content as a list of pairs; returns where it ends. */
function writePairs(
  to: Buffer,
  start: number,
  source: Buffer,
  { items, spans }: EntryCursor,
  areTexts: boolean,
) {
  let at = start + 4;
  for (let i = 0; i < items; i += 2) {
    to[at++] = LIST;
    at += to.write(`${i >> 1}\0`, at, 'latin1');
    const pair = at;
    at += 4;
    for (let n = 0; n < 2; n++) {
      const from = spans[2 * (i + n)] ?? 0;
      const end = spans[2 * (i + n) + 1] ?? 0;
      const isText = areTexts || isUtf8(source.subarray(from, end));
      to[at++] = isText ? STRING : BINARY;
      to[at++] = ZERO + n;
      to[at++] = 0;
      at = writeValue(to, at, source, from, end, isText);
    }
    to[at++] = 0;
    writeInt32(to, pair, at - pair);
  }
  to[at++] = 0;
  writeInt32(to, start, at - start);
  return at;
}
