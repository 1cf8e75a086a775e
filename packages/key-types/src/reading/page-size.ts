import type { Item } from '../contract/value-type.js';

/** What a page takes, about, in bytes. */
const PAGE_BYTES = 4 * 1024 * 1024;
/** Items of the first page, of which nothing is known yet; and how many times as many the next one has, at most. */
const FIRST = 16;
const GROWTH = 8;

/** How many items a page asks for: as many as the size of those of the page before lets fit. */
export class PageSize {
  readonly #most: number;
  /** Items of the next page. */
  count: number;

  /** @param most items of a page, however small they are. */
  constructor(most: number) {
    this.#most = most;
    this.count = Math.min(most, FIRST);
  }

  /** Takes a page in. An empty one says nothing. */
  note(items: readonly Item[]): void {
    let bytes = 0;
    for (const item of items) for (const part of item) bytes += part.length;
    const each = items.length > 0 ? bytes / items.length : 0;
    const fitting = each > 0 ? Math.floor(PAGE_BYTES / each) : this.#most;
    this.count = Math.max(1, Math.min(this.#most, GROWTH * this.count, fitting));
  }
}
