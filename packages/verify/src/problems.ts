import type { Difference } from './difference.js';

/** How many problems are reported in words; all are counted. */
const MAX_REPORTED = 5;

/** Counts what differs of a key, and keeps the first few problems in words. */
export class Problems {
  #compared = 0;
  #missing = 0;
  #different = 0;
  readonly #reported: string[] = [];

  /** Counts records that were compared, good or not. */
  addCompared(count: number): void {
    this.#compared += count;
  }

  /** Counts a record that MongoDB lacks. */
  addMissing(problem: string): void {
    this.#missing++;
    this.#report(problem);
  }

  /** @param count what the problem counts for; 0 for nothing. */
  addDifferent(problem: string, count = 1): void {
    if (count === 0) return;
    this.#different += count;
    this.#report(problem);
  }

  #report(problem: string): void {
    if (this.#reported.length < MAX_REPORTED) this.#reported.push(problem);
  }

  /** What was found so far. */
  difference(): Difference {
    const [compared, missing, different] = [this.#compared, this.#missing, this.#different];
    return { compared, missing, different, problems: [...this.#reported] };
  }
}
