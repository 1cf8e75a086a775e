/** How many of something are missing, as read now and then. A sweep is made once for each that stays away. */
export class Lack {
  #lastRead = 0;
  /** Missing in the last two readings: what has just come may not be everywhere yet. */
  #lasting = 0;
  #sweptFor = 0;

  /** Takes in a reading. */
  note(missing: number): void {
    this.#lasting = Math.min(missing, this.#lastRead);
    this.#lastRead = missing;
    this.#sweptFor = Math.min(this.#sweptFor, missing);
  }

  /** Whether more are missing than a sweep was made for. */
  get isNew(): boolean {
    return this.#lasting > this.#sweptFor;
  }

  /** A sweep is made for those that are missing now. */
  settle(): void {
    this.#sweptFor = this.#lasting;
  }
}
