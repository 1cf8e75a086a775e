import { Buffer, isUtf8 } from 'node:buffer';
import { isPlainName } from '@redis-to-mongo/pipeline';
import type { EntryCursor } from './entry-cursor.js';

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

const STRING = 0x02;
const DOCUMENT = 0x03;
const LIST = 0x04;
const BINARY = 0x05;
const DATE = 0x09;
const NULL = 0x0a;

const ZERO = 0x30;
const DASH = 0x2d;
/** The letter that leads a number of one digit in an `_id` is the one behind it; see messageId. */
const BEFORE_A = 0x60;
const LATEST_MS = 8.64e15;
const TWO_TO_32 = 0x1_0000_0000;
/** From so many bytes on a native copy is quicker than a loop. */
const LONG = 80;
/** What a pair takes in a list beyond its name and value, in bytes, at most; in an object it is less than on the wire. */
const PAIR_OVERHEAD = 40;

/** Writes the documents of one read one behind the other, byte for byte as the driver would. */
export class MessageEncoder {
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
  /** The names of the last plain entry: their bytes one behind the other, and where each ends. */
  #names = new Uint8Array(256);
  #nameEnds = new Int32Array(32);
  #nameCount = -1;

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
    const isPlain = this.#hasKnownNames(source, entry) || this.#learnNames(source, entry);
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

  /** Whether the entry's names are those of the last plain entry. */
  #hasKnownNames(source: Buffer, { items, spans }: EntryCursor): boolean {
    const count = items >> 1;
    if (count !== this.#nameCount) return false;
    const names = this.#names;
    const ends = this.#nameEnds;
    let known = 0;
    for (let i = 0; i < count; i++) {
      const from = spans[4 * i] ?? 0;
      const to = spans[4 * i + 1] ?? 0;
      if (to - from !== (ends[i] ?? 0) - known) return false;
      for (let at = from; at < to; at++) if (source[at] !== names[known++]) return false;
    }
    return true;
  }

  /** Looks at the entry's names one by one; where an object holds them as they are, they are the known ones from now on. */
  #learnNames(source: Buffer, { items, spans }: EntryCursor): boolean {
    const names = new Set<string>();
    const count = items >> 1;
    let length = 0;
    for (let i = 0; i < count; i++) {
      const name = source.subarray(spans[4 * i], spans[4 * i + 1]);
      if (!isUtf8(name)) return false;
      const text = name.toString('utf8');
      if (!isPlainName(text) || names.has(text)) return false;
      names.add(text);
      length += name.length;
    }
    if (this.#names.length < length) this.#names = new Uint8Array(2 * length);
    if (this.#nameEnds.length < count) this.#nameEnds = new Int32Array(2 * count);
    let at = 0;
    for (let i = 0; i < count; i++) {
      for (let from = spans[4 * i] ?? 0; from < (spans[4 * i + 1] ?? 0); from++)
        this.#names[at++] = source[from] ?? 0;
      this.#nameEnds[i] = at;
    }
    this.#nameCount = count;
    return true;
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
) {
  let at = start + 4;
  for (let i = 0; i < items; i += 2) {
    const from = spans[2 * i + 2] ?? 0;
    const end = spans[2 * i + 3] ?? 0;
    const isText = areTexts || isUtf8(source.subarray(from, end));
    to[at++] = isText ? STRING : BINARY;
    at = copy(to, at, source, spans[2 * i] ?? 0, spans[2 * i + 1] ?? 0);
    to[at++] = 0;
    at = writeValue(to, at, source, from, end, isText);
  }
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

function writeValue(
  to: Buffer,
  at: number,
  source: Buffer,
  from: number,
  end: number,
  isText: boolean,
): number {
  const next = writeInt32(to, at, isText ? end - from + 1 : end - from);
  if (!isText) to[next] = 0; // the subtype: generic
  const last = copy(to, isText ? next : next + 1, source, from, end);
  if (isText) to[last] = 0;
  return isText ? last + 1 : last;
}

function copy(to: Buffer, at: number, source: Buffer, from: number, end: number): number {
  const length = end - from;
  if (length >= LONG) source.copy(to, at, from, end);
  else for (let i = 0; i < length; i++) to[at + i] = source[from + i] ?? 0;
  return at + length;
}

function writeInt32(to: Buffer, at: number, value: number): number {
  to[at] = value;
  to[at + 1] = value >> 8;
  to[at + 2] = value >> 16;
  to[at + 3] = value >> 24;
  return at + 4;
}

/** A whole element that holds a string. */
function element(name: string, value: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32LE(Buffer.byteLength(value) + 1);
  return Buffer.concat([Buffer.from(`\x02${name}\0`), length, Buffer.from(`${value}\0`)]);
}
