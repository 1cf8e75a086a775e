import { Buffer, isUtf8 } from 'node:buffer';
import { mayStandOnTop, OURS } from '@redis-to-mongo/pipeline';
import {
  BINARY,
  DATE,
  element,
  INT32,
  LIST,
  NULL,
  STRING,
  writeAllFields,
  writeField,
  writeInt32,
  writeValue,
} from './bson-bytes.js';
import type { EntryCursor } from './entry-cursor.js';
import { KnownNames } from './known-names.js';
import type { EntryEncoder } from './message-encoder.js';

const ZERO = 0x30;
const DASH = 0x2d;
/** The letter that leads a number of one digit in an `_id` is the one behind it; see messageId. */
const BEFORE_A = 0x60;
const LATEST_MS = 8.64e15;
const TWO_TO_32 = 0x1_0000_0000;
/** What a pair takes in a list beyond its name and value, in bytes, at most. */
const PAIR_OVERHEAD = 80;
/** What else a document takes, in bytes, at most. */
const DOCUMENT_OVERHEAD = 128;

const OPEN = Buffer.from(`\x03${OURS}\0\0\0\0\0`);
const ENTRY_ID = Buffer.from('\x02entryId\0');
const AT = Buffer.from('at\0');
const FIELDS = Buffer.from('\x04fields\0');

/**
 * In the shape `document`: the fields one behind the other, and then what is the fleet's. See shapeMessage, of which this is the
 * same in bytes.
 */
export class ShapedEncoder implements EntryEncoder {
  readonly ends: number[] = [];
  isBinary = false;
  #bytes: Buffer;
  #length = 0;
  /** Everything of a document up to the entry's part of the `_id`. */
  readonly #head: Buffer;
  readonly #idPrefixLength: number;
  /** The fleet's part up to the entry id. */
  readonly #ours: Buffer;
  readonly #names = new KnownNames(mayStandOnTop);

  /**
   * @param idPrefix see messageIdPrefix.
   * @param bytes the buffer to write into; a larger one takes its place when it is full.
   */
  constructor(idPrefix: string, stream: string, type: string, bytes: Buffer) {
    this.#bytes = bytes;
    const prefix = Buffer.from(idPrefix);
    this.#idPrefixLength = prefix.length;
    this.#head = Buffer.concat([Buffer.from('\0\0\0\0\x02_id\0\0\0\0\0'), prefix]);
    this.#ours = Buffer.concat([OPEN, element('stream', stream), element('type', type), ENTRY_ID]);
  }

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  get buffer(): Buffer {
    return this.#bytes;
  }

  add(source: Buffer, entry: EntryCursor, isText: boolean): void {
    const { idFrom, idTo, items } = entry;
    const areTexts = isText || isUtf8(source.subarray(idFrom, entry.at));
    if (!areTexts) this.isBinary = true;
    const isPlain = this.#names.areThose(source, entry) || this.#names.learn(source, entry);
    const fixed = this.#head.length + this.#ours.length + DOCUMENT_OVERHEAD;
    this.#ensure(fixed + 2 * (idTo - idFrom) + entry.at - idFrom + (isPlain ? 0 : items * PAIR_OVERHEAD));
    const start = this.#length;
    const bytes = this.#bytes;
    bytes.set(this.#head, start);
    writeInt32(bytes, start + 9, this.#idPrefixLength + idTo - idFrom + 3);
    let at = writeEntryPart(bytes, start + this.#head.length, source, entry);
    let left: readonly number[] = [];
    if (isPlain) at = writeAllFields(bytes, at, source, items, entry.spans, areTexts);
    else {
      left = leftOf(source, entry);
      for (let i = 0; i < items; i += 2)
        if (!left.includes(i)) at = writeField(bytes, at, source, entry, i, areTexts);
    }
    const ours = at + OPEN.length - 4;
    bytes.set(this.#ours, at);
    at = writeIdAndTime(bytes, at + this.#ours.length, source, entry);
    if (left.length > 0) at = writeLeft(bytes, at, source, entry, left, areTexts);
    bytes[at++] = 0;
    writeInt32(bytes, ours, at - ours);
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

/** The rest of the `_id`: a letter for the number of digits, the digits, a dash, and the same again. */
function writeEntryPart(to: Buffer, start: number, source: Buffer, { idFrom, idTo }: EntryCursor): number {
  let at = start;
  let dash = idFrom;
  while (source[dash] !== DASH) dash++;
  to[at++] = BEFORE_A + dash - idFrom;
  for (let i = idFrom; i <= dash; i++) to[at++] = source[i] ?? 0;
  to[at++] = BEFORE_A + idTo - dash - 1;
  for (let i = dash + 1; i < idTo; i++) to[at++] = source[i] ?? 0;
  to[at++] = 0;
  return at;
}

function writeIdAndTime(to: Buffer, start: number, source: Buffer, { idFrom, idTo }: EntryCursor): number {
  let at = writeInt32(to, start, idTo - idFrom + 1);
  let ms = 0;
  let from = idFrom;
  for (let byte = source[from] ?? DASH; byte !== DASH; byte = source[++from] ?? DASH) {
    to[at++] = byte;
    ms = ms * 10 + byte - ZERO;
  }
  for (; from < idTo; from++) to[at++] = source[from] ?? 0;
  to[at++] = 0;
  const hasTime = ms <= LATEST_MS;
  to[at++] = hasTime ? DATE : NULL;
  to.set(AT, at);
  at += AT.length;
  if (!hasTime) return at;
  at = writeInt32(to, at, (ms % TWO_TO_32) | 0);
  return writeInt32(to, at, Math.floor(ms / TWO_TO_32));
}

/** The items that are names which cannot stand at the top level. */
function leftOf(source: Buffer, { items, spans }: EntryCursor): readonly number[] {
  const names = new Set<string>();
  const left: number[] = [];
  for (let i = 0; i < items; i += 2) {
    const bytes = source.subarray(spans[2 * i], spans[2 * i + 1]);
    const name = isUtf8(bytes) ? bytes.toString('utf8') : undefined;
    if (name === undefined || !mayStandOnTop(name) || names.has(name)) left.push(i);
    else names.add(name);
  }
  return left;
}

/** `fields`: a list of place, name and value. */
function writeLeft(
  to: Buffer,
  start: number,
  source: Buffer,
  { spans }: EntryCursor,
  left: readonly number[],
  areTexts: boolean,
): number {
  to.set(FIELDS, start);
  const list = start + FIELDS.length;
  let at = list + 4;
  for (const [place, i] of left.entries()) {
    to[at++] = LIST;
    at += to.write(`${place}\0`, at, 'latin1');
    const each = at;
    at = each + 4;
    to[at++] = INT32;
    to[at++] = ZERO;
    to[at++] = 0;
    at = writeInt32(to, at, i >> 1);
    for (let n = 0; n < 2; n++) {
      const from = spans[2 * (i + n)] ?? 0;
      const end = spans[2 * (i + n) + 1] ?? 0;
      const isText = areTexts || isUtf8(source.subarray(from, end));
      to[at++] = isText ? STRING : BINARY;
      to[at++] = ZERO + n + 1;
      to[at++] = 0;
      at = writeValue(to, at, source, from, end, isText);
    }
    to[at++] = 0;
    writeInt32(to, each, at - each);
  }
  to[at++] = 0;
  writeInt32(to, list, at - list);
  return at;
}
