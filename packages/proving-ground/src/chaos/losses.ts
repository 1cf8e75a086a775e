/** Times at which MongoDB loses what it held: what was read across one of them says nothing. */
export class Losses {
  /** Odd while MongoDB is losing what it held. */
  #turns = 0;
  readonly #listeners: (() => void)[] = [];

  /** Has a watch forget what it saw before a loss. */
  onLoss(forget: () => void): void {
    this.#listeners.push(forget);
  }

  /** MongoDB loses what it holds while this is done. */
  async during(work: () => Promise<void>): Promise<void> {
    this.#turns += 1;
    try {
      await work();
    } finally {
      this.#turns += 1;
      for (const forget of this.#listeners) forget();
    }
  }

  /** Begins a reading; the function that comes back says whether it counts. */
  reading(): () => boolean {
    const turns = this.#turns;
    return () => turns === this.#turns && turns % 2 === 0;
  }
}
