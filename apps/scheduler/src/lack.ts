/** How many of something are missing, as read now and then. They are looked for once for each that stays away. */
export class Lack {
  #lastRead = 0;
  /** Missing in the last two readings: what has just come may not be everywhere yet. */
  #lasting = 0;
  #lookedFor = 0;

  /** Takes in a reading. */
  note(missing: number): void {
    this.#lasting = Math.min(missing, this.#lastRead);
    this.#lastRead = missing;
    this.#lookedFor = Math.min(this.#lookedFor, missing);
  }

  /** Whether more are missing than were looked for. */
  get isNew(): boolean {
    return this.#lasting > this.#lookedFor;
  }

  /** Those that are missing now are looked for. */
  settle(): void {
    this.#lookedFor = this.#lasting;
  }
}
