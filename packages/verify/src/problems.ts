import type { Difference } from './difference.js';

/** Maximum number of problems reported in words. All are counted. */
const MAX_REPORTED = 5;

/** Counts the differences of a key, and keeps the first few problems in words. */
export class Problems {
  #compared = 0;
  #missing = 0;
  #different = 0;
  readonly #reported: string[] = [];

  /** Counts compared records, equal or not. */
  addCompared(count: number): void {
    this.#compared += count;
  }

  /** Counts a record that MongoDB lacks. */
  addMissing(problem: string): void {
    this.#missing++;
    this.#report(problem);
  }

  /** @param count number of different records; 0 reports nothing. */
  addDifferent(problem: string, count = 1): void {
    if (count === 0) return;
    this.#different += count;
    this.#report(problem);
  }

  #report(problem: string): void {
    if (this.#reported.length < MAX_REPORTED) this.#reported.push(problem);
  }

  /** The differences found so far. */
  difference(): Difference {
    const [compared, missing, different] = [this.#compared, this.#missing, this.#different];
    return { compared, missing, different, problems: [...this.#reported] };
  }
}
