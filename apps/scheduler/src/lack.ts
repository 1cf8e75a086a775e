/**
 * Decides when to search for missing items, from regular counts of them. Each item that stays missing causes
 * one search.
 */
export class Lack {
  #lastRead = 0;
  /** Missing in the last two readings. A new item may not be everywhere yet. */
  #lasting = 0;
  #lookedFor = 0;

  /** Records a reading. */
  note(missing: number): void {
    this.#lasting = Math.min(missing, this.#lastRead);
    this.#lastRead = missing;
    this.#lookedFor = Math.min(this.#lookedFor, missing);
  }

  /** Whether more items are missing than at the last search. */
  get isNew(): boolean {
    return this.#lasting > this.#lookedFor;
  }

  /** Records that a search for the missing items begins. */
  settle(): void {
    this.#lookedFor = this.#lasting;
  }

  /** Runs a search for the missing items. One that fails is due again. */
  async settleBy(search: () => Promise<void>): Promise<void> {
    const before = this.#lookedFor;
    this.settle();
    try {
      await search();
    } catch (error) {
      this.#lookedFor = Math.min(before, this.#lookedFor);
      throw error;
    }
  }
}
