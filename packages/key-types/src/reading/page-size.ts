import type { Item } from '../contract/value-type.js';

/** Approximate maximum size of a page, in bytes. */
const PAGE_BYTES = 4 * 1024 * 1024;
/**
 * Number of items of the first page, whose item size is not known; maximum factor from one page to the next.
 */
const FIRST = 16;
const GROWTH = 8;

/**
 * The number of items to ask for per page: as many as fit into PAGE_BYTES by the item size of the page
 * before.
 */
export class PageSize {
  /** Number of items to ask for in the next page. */
  count: number;

  /** @param most maximum number of items per page. */
  constructor(private readonly most: number) {
    this.count = Math.min(most, FIRST);
  }

  /** Takes a page that was read, to size the next one. An empty page does not show the size of items. */
  note(items: readonly Item[]): void {
    let bytes = 0;
    for (const item of items) for (const part of item) bytes += part.length;
    const each = items.length > 0 ? bytes / items.length : 0;
    const fitting = each > 0 ? Math.floor(PAGE_BYTES / each) : this.most;
    this.count = Math.max(1, Math.min(this.most, GROWTH * this.count, fitting));
  }
}
