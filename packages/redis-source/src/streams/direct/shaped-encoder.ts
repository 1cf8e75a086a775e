import { Buffer, isUtf8 } from 'node:buffer';
import { mayStandOnTop, OURS } from '@redis-to-mongo/pipeline';
import {
  element,
  INT32,
  LIST,
  writeAllFields,
  writeField,
  writeInt32,
  writeListItem,
  ZERO,
} from './bson-bytes.js';
import { DocumentBuffer } from './document-buffer.js';
import type { EntryCursor } from './entry-cursor.js';
import { DocumentHead, writeIdAndTime } from './entry-id-bytes.js';
import { KnownNames } from './known-names.js';
import type { EntryEncoder } from './message-encoder.js';

/** Maximum number of bytes of a pair in a list, beyond its name and value. */
const PAIR_OVERHEAD = 80;
/** Maximum number of the other bytes of a document. */
const DOCUMENT_OVERHEAD = 128;

const OPEN = Buffer.from(`\x03${OURS}\0\0\0\0\0`);
const ENTRY_ID = Buffer.from('\x02entryId\0');
const FIELDS = Buffer.from('\x04fields\0');

/**
 * Writes documents in the shape `document`: first the entry's fields, then the fleet's part. The result is
 * the same as that of shapeMessage, in bytes.
 */
export class ShapedEncoder implements EntryEncoder {
  isBinary = false;
  readonly documents: DocumentBuffer;
  readonly #head: DocumentHead;
  /** The fleet's part up to the entry id. */
  readonly #ours: Buffer;
  readonly #names = new KnownNames(mayStandOnTop);

  /**
   * @param idPrefix see messageIdPrefix.
   * @param bytes the buffer to write into; when it is full, a larger one replaces it.
   */
  constructor(idPrefix: string, stream: string, type: string, bytes: Buffer) {
    this.documents = new DocumentBuffer(bytes);
    this.#head = new DocumentHead(idPrefix);
    this.#ours = Buffer.concat([OPEN, element('stream', stream), element('type', type), ENTRY_ID]);
  }

  add(source: Buffer, entry: EntryCursor, isText: boolean): void {
    const { idFrom, idTo, items } = entry;
    const areTexts = isText || isUtf8(source.subarray(idFrom, entry.at));
    if (!areTexts) this.isBinary = true;
    const isPlain = this.#names.areThose(source, entry) || this.#names.learn(source, entry);
    const fixed = this.#head.length + this.#ours.length + DOCUMENT_OVERHEAD;
    const start = this.documents.length;
    const bytes = this.documents.reserve(
      fixed + 2 * (idTo - idFrom) + entry.at - idFrom + (isPlain ? 0 : items * PAIR_OVERHEAD),
    );
    let at = this.#head.write(bytes, start, source, entry);
    let left: readonly number[] = [];
    if (isPlain) at = writeAllFields(bytes, at, source, items, entry.spans, areTexts);
    else {
      left = leftOf(source, entry);
      // `left` is in ascending order, so one pass is enough: an entry may have 100,000 fields.
      for (let i = 0, next = 0; i < items; i += 2)
        if (left[next] === i) next++;
        else at = writeField(bytes, at, source, entry, i, areTexts);
    }
    const ours = at + OPEN.length - 4;
    bytes.set(this.#ours, at);
    at = writeIdAndTime(bytes, at + this.#ours.length, source, entry);
    if (left.length > 0) at = writeLeft(bytes, at, source, entry, left, areTexts);
    bytes[at++] = 0;
    writeInt32(bytes, ours, at - ours);
    bytes[at++] = 0;
    writeInt32(bytes, start, at - start);
    this.documents.end(at);
  }
}

/** The indexes of the names that cannot be at the top level. */
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

/** Writes `fields`: a list of place, name and value. */
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
    for (let n = 0; n < 2; n++) at = writeListItem(to, at, n + 1, source, spans, i + n, areTexts);
    to[at++] = 0;
    writeInt32(to, each, at - each);
  }
  to[at++] = 0;
  writeInt32(to, list, at - list);
  return at;
}
