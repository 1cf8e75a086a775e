import { Buffer } from 'node:buffer';
import { DATE, NULL, writeInt32 } from './bson-bytes.js';
import type { EntryCursor } from './entry-cursor.js';

const ZERO = 0x30;
const DASH = 0x2d;
/** The character before `a`. In an `_id`, `a` precedes a number of one digit; see messageId. */
const BEFORE_A = 0x60;
const LATEST_MS = 8.64e15;
const TWO_TO_32 = 0x1_0000_0000;

/** The beginning of each document: space for its length, and the `_id` up to the entry id. */
export class DocumentHead {
  readonly #bytes: Buffer;
  readonly #prefixLength: number;

  /** @param idPrefix see messageIdPrefix. */
  constructor(idPrefix: string) {
    const prefix = Buffer.from(idPrefix);
    this.#prefixLength = prefix.length;
    this.#bytes = Buffer.concat([Buffer.from('\0\0\0\0\x02_id\0\0\0\0\0'), prefix]);
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** Writes the head and the rest of the `_id`; returns the index after it. */
  write(to: Buffer, start: number, source: Buffer, { idFrom, idTo }: EntryCursor): number {
    to.set(this.#bytes, start);
    writeInt32(to, start + 9, this.#prefixLength + idTo - idFrom + 3);
    let at = start + this.#bytes.length;
    // A letter for the number of digits, the digits, a dash, then letter and digits of the second number.
    let dash = idFrom;
    while (source[dash] !== DASH) dash++;
    to[at++] = BEFORE_A + dash - idFrom;
    for (let i = idFrom; i <= dash; i++) to[at++] = source[i] ?? 0;
    to[at++] = BEFORE_A + idTo - dash - 1;
    for (let i = dash + 1; i < idTo; i++) to[at++] = source[i] ?? 0;
    to[at++] = 0;
    return at;
  }
}

/**
 * Writes the text of an entry id, and the element `at` with its time, or null if a Date can't hold the time;
 * returns the index after them.
 */
export function writeIdAndTime(
  to: Buffer,
  start: number,
  source: Buffer,
  { idFrom, idTo }: EntryCursor,
): number {
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
  to[at++] = 0x61; // a
  to[at++] = 0x74; // t
  to[at++] = 0;
  if (!hasTime) return at;
  at = writeInt32(to, at, (ms % TWO_TO_32) | 0);
  return writeInt32(to, at, Math.floor(ms / TWO_TO_32));
}
