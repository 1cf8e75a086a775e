/** The share of work that one job may do on a key before it hands on: entries, bytes, and time in ms. */
export interface SliceLimits {
  readonly entries: number;
  readonly bytes: number;
  readonly ms: number;
}

/** A running slice: it is spent as batches are read, and says when to hand on. A clock that is set does not matter to it. */
export class Slice {
  readonly #limits: SliceLimits;
  readonly #endsAt: number;
  #entries = 0;
  #bytes = 0;

  constructor(limits: SliceLimits, now = performance.now()) {
    this.#limits = limits;
    this.#endsAt = now + limits.ms;
  }

  /** Counts what a batch has read, in entries and bytes. */
  spend(entries: number, bytes: number): void {
    this.#entries += entries;
    this.#bytes += bytes;
  }

  /** How many entries may still be read; never less than one, so that every slice makes progress. */
  get entriesLeft(): number {
    return Math.max(1, this.#limits.entries - this.#entries);
  }

  /** Whether one of the limits is reached. @param now as performance.now(). */
  isSpent(now = performance.now()): boolean {
    return this.#entries >= this.#limits.entries || this.#bytes >= this.#limits.bytes || now >= this.#endsAt;
  }
}
