import { Buffer, isUtf8 } from 'node:buffer';
import { isPlainName } from '@redis-to-mongo/pipeline';
import { DOCUMENT, element, LIST, writeAllFields, writeInt32, writeListItem } from './bson-bytes.js';
import { DocumentBuffer } from './document-buffer.js';
import type { EntryCursor } from './entry-cursor.js';
import { DocumentHead, writeIdAndTime } from './entry-id-bytes.js';
import { KnownNames } from './known-names.js';

/*
 * A message as BSON (https://bsonspec.org/spec.html). Lengths are 32 bits, little-endian. The length of a
 * document includes the length itself; that of a string includes the closing NUL.
 *
 *   length
 *   02 "_id" 00      length "orders@a1:m1700000000000-a0" 00
 *   02 "stream" 00   length "orders" 00
 *   02 "type" 00     length "…" 00
 *   02 "entryId" 00  length "1700000000000-0" 00
 *   09 "at" 00       ms since 1970, 64 bits          or 0A "at" 00 (null), if a Date can't hold it
 *   03 "content" 00  length                          then one element per field:
 *                      02 name 00  length value 00     a value that is UTF-8
 *                      05 name 00  length 00 bytes     any other value
 *                    00
 *   00
 *
 * If an object can't hold the names unchanged (see encodeContent), `content` is a list of pairs:
 *
 *   04 "content" 00  length
 *                      04 "0" 00  length  02 "0" 00 name  02 "1" 00 value  00
 *                      04 "1" 00  …
 *                    00
 *
 * Most entries have the names of the entry before. Such names are only compared, not checked again.
 */

/**
 * Maximum number of bytes of a pair in a list, beyond its name and value. In an object, a pair needs fewer
 * bytes than on the wire.
 */
const PAIR_OVERHEAD = 40;

/** Writes the documents of one read, one after the other, byte for byte as the driver would. */
export interface EntryEncoder {
  /** Whether a value or name is not UTF-8. */
  readonly isBinary: boolean;
  /** The documents written so far. */
  readonly documents: Pick<DocumentBuffer, 'ends' | 'bytes' | 'buffer'>;
  /**
   * Adds the document of the entry that the cursor found.
   * @param isText all names and values are known to be UTF-8.
   */
  add(source: Buffer, entry: EntryCursor, isText: boolean): void;
}

/** Writes documents in the fleet's own shape. */
export class MessageEncoder implements EntryEncoder {
  isBinary = false;
  readonly documents: DocumentBuffer;
  readonly #head: DocumentHead;
  /** The bytes from the head to the entry id. */
  readonly #middle: Buffer;
  readonly #names = new KnownNames(isPlainName);

  /**
   * @param idPrefix see messageIdPrefix.
   * @param bytes the buffer to write into; when it is full, a larger one replaces it.
   */
  constructor(idPrefix: string, stream: string, type: string, bytes: Buffer) {
    this.documents = new DocumentBuffer(bytes);
    this.#head = new DocumentHead(idPrefix);
    this.#middle = Buffer.concat([
      element('stream', stream),
      element('type', type),
      Buffer.from('\x02entryId\0'),
    ]);
  }

  add(source: Buffer, entry: EntryCursor, isText: boolean): void {
    const idLength = entry.idTo - entry.idFrom;
    const onWire = entry.at - entry.idFrom;
    const start = this.documents.length;
    let bytes = this.documents.reserve(this.#head.length + this.#middle.length + 2 * idLength + onWire + 64);
    let at = this.#head.write(bytes, start, source, entry);
    bytes.set(this.#middle, at);
    at = writeIdAndTime(bytes, at + this.#middle.length, source, entry);

    const areTexts = isText || isUtf8(source.subarray(entry.idFrom, entry.at));
    if (!areTexts) this.isBinary = true;
    const isPlain = this.#names.areThose(source, entry) || this.#names.learn(source, entry);
    if (!isPlain) bytes = this.documents.reserve(onWire + 64 + entry.items * PAIR_OVERHEAD, at);
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
    this.documents.end(at);
  }
}

/** Writes the content as an object; returns the index after it. */
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

/** Writes the content as a list of pairs; returns the index after it. */
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
    for (let n = 0; n < 2; n++) at = writeListItem(to, at, n, source, spans, i + n, areTexts);
    to[at++] = 0;
    writeInt32(to, pair, at - pair);
  }
  to[at++] = 0;
  writeInt32(to, start, at - start);
  return at;
}
