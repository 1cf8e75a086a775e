import { isUtf8 } from 'node:buffer';
import type { EntryCursor } from './entry-cursor.js';

/**
 * The field names of the last entry whose names are all accepted. Most entries have the names of the entry
 * before.
 */
export class KnownNames {
  /** The bytes of the names, one after the other, and the index after each. */
  #names = new Uint8Array(256);
  #ends = new Int32Array(32);
  #count = -1;

  constructor(private readonly isFine: (name: string) => boolean) {}

  /** Whether the entry has exactly the known names. */
  areThose(source: Buffer, { items, spans }: EntryCursor): boolean {
    const count = items >> 1;
    if (count !== this.#count) return false;
    const names = this.#names;
    const ends = this.#ends;
    let known = 0;
    for (let i = 0; i < count; i++) {
      const from = spans[4 * i] ?? 0;
      const to = spans[4 * i + 1] ?? 0;
      if (to - from !== (ends[i] ?? 0) - known) return false;
      for (let at = from; at < to; at++) if (source[at] !== names[known++]) return false;
    }
    return true;
  }

  /**
   * Checks the entry's names one by one. If all are accepted, and none occurs twice, they become the known
   * names.
   * @returns whether they did.
   */
  learn(source: Buffer, { items, spans }: EntryCursor): boolean {
    const names = new Set<string>();
    const count = items >> 1;
    let length = 0;
    for (let i = 0; i < count; i++) {
      const name = source.subarray(spans[4 * i], spans[4 * i + 1]);
      if (!isUtf8(name)) return false;
      const text = name.toString('utf8');
      if (!this.isFine(text) || names.has(text)) return false;
      names.add(text);
      length += name.length;
    }
    if (this.#names.length < length) this.#names = new Uint8Array(2 * length);
    if (this.#ends.length < count) this.#ends = new Int32Array(2 * count);
    let at = 0;
    for (let i = 0; i < count; i++) {
      for (let from = spans[4 * i] ?? 0; from < (spans[4 * i + 1] ?? 0); from++)
        this.#names[at++] = source[from] ?? 0;
      this.#ends[i] = at;
    }
    this.#count = count;
    return true;
  }
}
