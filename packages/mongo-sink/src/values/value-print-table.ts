import { word } from '@redis-to-mongo/pipeline';

/** A unit that is in MongoDB. */
export interface StoredUnit {
  readonly print: Uint8Array;
  readonly index: number;
  /** The generation that added it. */
  readonly since: number;
}

const WORDS = 4;
const EMPTY = 0;
const THERE = 1;
const MARKED = 2;

/**
 * Units by their prints, in typed arrays: about 60 bytes a unit, whatever it holds. A unit can be marked as met.
 */
export class PrintTable {
  #prints = new Uint32Array(WORDS * 64);
  #since = new Float64Array(64);
  #index = new Float64Array(64);
  #state = new Uint8Array(64);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds a unit, or replaces the one with the same print. */
  add({ print, since, index }: StoredUnit, isMarked: boolean): void {
    if (2 * (this.#size + 1) > this.#state.length) this.#grow();
    this.#put(word(print, 0), word(print, 4), word(print, 8), word(print, 12), since, index, isMarked);
  }

  /** Marks the unit; false when there is none. */
  mark(print: Uint8Array): boolean {
    const at = this.#find(word(print, 0), word(print, 4), word(print, 8), word(print, 12));
    if (this.#state[at] === EMPTY) return false;
    this.#state[at] = MARKED;
    return true;
  }

  clearMarks(): void {
    for (let at = 0; at < this.#state.length; at++) if (this.#state[at] === MARKED) this.#state[at] = THERE;
  }

  *unmarked(): Generator<StoredUnit> {
    for (let at = 0; at < this.#state.length; at++) {
      if (this.#state[at] !== THERE) continue;
      const print = Buffer.alloc(4 * WORDS);
      for (let i = 0; i < WORDS; i++) print.writeUInt32LE(this.#prints[WORDS * at + i] ?? 0, 4 * i);
      yield { print, since: this.#since[at] ?? 0, index: this.#index[at] ?? 0 };
    }
  }

  /** Where the print is, or where it would go. Prints are hashes: their last word spreads well enough. */
  #find(a: number, b: number, c: number, d: number): number {
    const mask = this.#state.length - 1;
    let at = d & mask;
    while (this.#state[at] !== EMPTY) {
      const from = WORDS * at;
      const prints = this.#prints;
      if (prints[from] === a && prints[from + 1] === b && prints[from + 2] === c && prints[from + 3] === d)
        break;
      at = (at + 1) & mask;
    }
    return at;
  }

  #put(a: number, b: number, c: number, d: number, since: number, index: number, isMarked: boolean): void {
    const at = this.#find(a, b, c, d);
    if (this.#state[at] === EMPTY) this.#size++;
    this.#prints.set([a, b, c, d], WORDS * at);
    this.#since[at] = since;
    this.#index[at] = index;
    this.#state[at] = isMarked ? MARKED : THERE;
  }

  #grow(): void {
    const old = { prints: this.#prints, since: this.#since, index: this.#index, state: this.#state };
    const length = 2 * old.state.length;
    this.#prints = new Uint32Array(WORDS * length);
    this.#since = new Float64Array(length);
    this.#index = new Float64Array(length);
    this.#state = new Uint8Array(length);
    this.#size = 0;
    for (let at = 0; at < old.state.length; at++) {
      if (old.state[at] === EMPTY) continue;
      const from = WORDS * at;
      const [a = 0, b = 0, c = 0, d = 0] = old.prints.subarray(from, from + WORDS);
      this.#put(a, b, c, d, old.since[at] ?? 0, old.index[at] ?? 0, old.state[at] === MARKED);
    }
  }
}
