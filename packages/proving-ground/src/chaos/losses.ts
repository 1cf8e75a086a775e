/** Times at which MongoDB loses what it held: what was read across one of them says nothing. */
export class Losses {
  /** Odd while MongoDB is losing what it held. */
  #turns = 0;

  /** @param forget drops what was seen before. */
  async during(work: () => Promise<void>, forget: () => void): Promise<void> {
    this.#turns += 1;
    try {
      await work();
    } finally {
      this.#turns += 1;
      forget();
    }
  }

  /** Begins a reading; the function that comes back says whether it counts. */
  reading(): () => boolean {
    const turns = this.#turns;
    return () => turns === this.#turns && turns % 2 === 0;
  }
}
