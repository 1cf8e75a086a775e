/** Tracks when MongoDB loses data. A reading that overlaps a loss does not count. */
export class Losses {
  /** Odd during a loss. */
  #turns = 0;
  /** When the last loss ended, by performance.now(). */
  #endedAt = Number.NEGATIVE_INFINITY;
  readonly #listeners: (() => void)[] = [];

  /** Registers a function by which a watch forgets what it saw before a loss. */
  onLoss(forget: () => void): void {
    this.#listeners.push(forget);
  }

  /** Runs work during which MongoDB loses data. */
  async during(work: () => Promise<void>): Promise<void> {
    this.#turns += 1;
    try {
      await work();
    } finally {
      this.#turns += 1;
      this.#endedAt = performance.now();
      for (const forget of this.#listeners) forget();
    }
  }

  /** The time since the last loss ended, in ms. */
  msSinceLast(): number {
    return performance.now() - this.#endedAt;
  }

  /** Starts a reading. The returned function tells whether the reading counts. */
  reading(): () => boolean {
    const turns = this.#turns;
    return () => turns === this.#turns && turns % 2 === 0;
  }
}
