import { word } from '@redis-to-mongo/pipeline';

/** An element that is in MongoDB. */
export interface StoredElement {
  readonly fingerprint: Uint8Array;
  readonly index: number;
  /** The generation that added it. */
  readonly since: number;
}

const WORDS = 4;
const EMPTY = 0;
const THERE = 1;
const MARKED = 2;

/**
 * Elements by fingerprint, in typed arrays: about 60 bytes per element of any size. A pass marks the elements
 * that it finds.
 */
export class FingerprintTable {
  #fingerprints = new Uint32Array(WORDS * 64);
  #since = new Float64Array(64);
  #index = new Float64Array(64);
  #state = new Uint8Array(64);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds an element, or replaces the one with the same fingerprint. */
  add({ fingerprint, since, index }: StoredElement, isMarked: boolean): void {
    if (2 * (this.#size + 1) > this.#state.length) this.#grow();
    this.#put(
      word(fingerprint, 0),
      word(fingerprint, 4),
      word(fingerprint, 8),
      word(fingerprint, 12),
      since,
      index,
      isMarked,
    );
  }

  /** The generation that added the element with this fingerprint; `undefined` if there is no such element. */
  sinceOf(fingerprint: Uint8Array): number | undefined {
    const at = this.#at(fingerprint);
    return this.#state[at] === EMPTY ? undefined : this.#since[at];
  }

  /** Marks the element; false if there is no such element. */
  mark(fingerprint: Uint8Array): boolean {
    const at = this.#at(fingerprint);
    if (this.#state[at] === EMPTY) return false;
    this.#state[at] = MARKED;
    return true;
  }

  /** Clears all marks, for another pass. */
  clearMarks(): void {
    for (let at = 0; at < this.#state.length; at++) if (this.#state[at] === MARKED) this.#state[at] = THERE;
  }

  /** The elements that a pass did not mark: they have left the value. */
  *unmarked(): Generator<StoredElement> {
    for (let at = 0; at < this.#state.length; at++) {
      if (this.#state[at] !== THERE) continue;
      const fingerprint = Buffer.alloc(4 * WORDS);
      for (let i = 0; i < WORDS; i++)
        fingerprint.writeUInt32LE(this.#fingerprints[WORDS * at + i] ?? 0, 4 * i);
      yield { fingerprint, since: this.#since[at] ?? 0, index: this.#index[at] ?? 0 };
    }
  }

  #at(fingerprint: Uint8Array): number {
    return this.#find(
      word(fingerprint, 0),
      word(fingerprint, 4),
      word(fingerprint, 8),
      word(fingerprint, 12),
    );
  }

  /**
   * The slot of the fingerprint, or the free slot for it. Fingerprints are hashes: their last word spreads
   * well.
   */
  #find(a: number, b: number, c: number, d: number): number {
    const mask = this.#state.length - 1;
    let at = d & mask;
    while (this.#state[at] !== EMPTY) {
      const from = WORDS * at;
      const fingerprints = this.#fingerprints;
      if (
        fingerprints[from] === a &&
        fingerprints[from + 1] === b &&
        fingerprints[from + 2] === c &&
        fingerprints[from + 3] === d
      )
        break;
      at = (at + 1) & mask;
    }
    return at;
  }

  #put(a: number, b: number, c: number, d: number, since: number, index: number, isMarked: boolean): void {
    const at = this.#find(a, b, c, d);
    if (this.#state[at] === EMPTY) this.#size++;
    this.#fingerprints.set([a, b, c, d], WORDS * at);
    this.#since[at] = since;
    this.#index[at] = index;
    this.#state[at] = isMarked ? MARKED : THERE;
  }

  #grow(): void {
    const old = {
      fingerprints: this.#fingerprints,
      since: this.#since,
      index: this.#index,
      state: this.#state,
    };
    const length = 2 * old.state.length;
    this.#fingerprints = new Uint32Array(WORDS * length);
    this.#since = new Float64Array(length);
    this.#index = new Float64Array(length);
    this.#state = new Uint8Array(length);
    this.#size = 0;
    for (let at = 0; at < old.state.length; at++) {
      if (old.state[at] === EMPTY) continue;
      const from = WORDS * at;
      const [a = 0, b = 0, c = 0, d = 0] = old.fingerprints.subarray(from, from + WORDS);
      this.#put(a, b, c, d, old.since[at] ?? 0, old.index[at] ?? 0, old.state[at] === MARKED);
    }
  }
}
