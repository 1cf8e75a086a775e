/** The limits of one command. */
export interface BulkLimits<T> {
  readonly sizeOf: (item: T) => number;
  readonly bytes: number;
  readonly count: number;
}

/** Cuts items into bulks that one command takes, in their order; one that is larger by itself goes alone. */
export function* bulksOf<T>(items: Iterable<T>, { sizeOf, ...most }: BulkLimits<T>): Generator<T[]> {
  let bulk: T[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = sizeOf(item);
    if (bulk.length > 0 && (bytes + size > most.bytes || bulk.length >= most.count)) {
      yield bulk;
      bulk = [];
      bytes = 0;
    }
    bulk.push(item);
    bytes += size;
  }
  if (bulk.length > 0) yield bulk;
}

/** What a page takes, about, in bytes, where the size of its items is known. */
const PAGE_BYTES = 8 * 1024 * 1024;

/**
 * Gathers what comes one by one into pages of `size`; the last one may be smaller, and none is empty.
 * @param sizeOf the size of an item, in bytes: of large ones a page has fewer. Without, they are all small.
 */
export async function* pagesOf<T>(
  items: AsyncIterable<T>,
  size: number,
  sizeOf: (item: T) => number = () => 0,
): AsyncGenerator<T[]> {
  let page: T[] = [];
  let bytes = 0;
  for await (const item of items) {
    page.push(item);
    bytes += sizeOf(item);
    if (page.length < size && bytes < PAGE_BYTES) continue;
    yield page;
    page = [];
    bytes = 0;
  }
  if (page.length > 0) yield page;
}
