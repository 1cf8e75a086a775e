/** The share of work that one job may do on a key before other jobs run: entries, bytes, and time in ms. */
export interface SliceLimits {
  readonly entries: number;
  readonly bytes: number;
  readonly ms: number;
}

/**
 * A running slice: batches spend it, and the job stops when it is spent. Setting the system clock does not
 * affect it.
 */
export class Slice {
  readonly #endsAt: number;
  #entries = 0;
  #bytes = 0;

  constructor(private readonly limits: SliceLimits) {
    this.#endsAt = performance.now() + limits.ms;
  }

  /** Counts what a batch has read, in entries and bytes. */
  spend(entries: number, bytes: number): void {
    this.#entries += entries;
    this.#bytes += bytes;
  }

  /** Number of entries that may still be read; at least one, so that every slice makes progress. */
  get entriesLeft(): number {
    return Math.max(1, this.limits.entries - this.#entries);
  }

  /** Whether one of the limits is reached. */
  isSpent(): boolean {
    const { entries, bytes } = this.limits;
    return this.#entries >= entries || this.#bytes >= bytes || performance.now() >= this.#endsAt;
  }
}
