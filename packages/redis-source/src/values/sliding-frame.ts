import type { Item } from '@redis-to-mongo/key-types';
import { fingerprintOf } from './item-fingerprint.js';

/**
 * How the places of a list's items are counted. The item at the head has place `first`. It increases when
 * items are removed from the head, and decreases, also below 0, when items are added there, so that the other
 * items keep their places. `head` and `tail` are the fingerprints of the first and last few items, by which
 * the places are found again.
 */
export interface Frame {
  readonly first: number;
  readonly size: number;
  readonly head: readonly string[];
  readonly tail: readonly string[];
}

/** Number of consecutive items that must match to show where a list has moved. */
const WINDOW = 8;

/** Finds the current places of the items of the last reading in a list. */
export class FrameFinder {
  readonly #last: Frame | undefined;
  readonly #head: string[] = [];
  /** The last WINDOW fingerprints, in the order of the list. */
  #recent: string[] = [];
  #size = 0;
  #headAt: number | undefined;
  #tailAt: number | undefined;

  constructor(last: Frame | undefined) {
    this.#last = last && last.head.length === WINDOW ? last : undefined;
  }

  /** Takes the next item of the list. */
  add(item: Item): void {
    const fingerprint = fingerprintOf(item).toString('base64', 0, 9);
    this.#size++;
    if (this.#head.length < WINDOW) this.#head.push(fingerprint);
    this.#recent.push(fingerprint);
    if (this.#recent.length > WINDOW) this.#recent.shift();
    const last = this.#last;
    if (!last || this.#recent.length < WINDOW) return;
    if (this.#headAt === undefined && this.#matches(last.head)) this.#headAt = this.#size - WINDOW;
    if (this.#matches(last.tail)) this.#tailAt = this.#size - WINDOW;
  }

  /**
   * The place of the first item. A wrong guess only costs writes: the stored items are compared place by
   * place.
   */
  get first(): number {
    const last = this.#last;
    if (!last) return 0;
    if (this.#headAt !== undefined) return last.first - this.#headAt;
    if (this.#tailAt !== undefined) return last.first + last.size - WINDOW - this.#tailAt;
    return last.first;
  }

  /** The frame for the next reading. */
  frame(first: number): Frame {
    return { first, size: this.#size, head: this.#head, tail: this.#recent };
  }

  #matches(window: readonly string[]): boolean {
    if (window[WINDOW - 1] !== this.#recent[WINDOW - 1]) return false;
    return window.every((fingerprint, i) => fingerprint === this.#recent[i]);
  }
}
