/** Approximate maximum size of a page in bytes, if the size of its items is known. */
const PAGE_BYTES = 8 * 1024 * 1024;

/**
 * Gathers items into pages of `size`. The last page may be smaller; no page is empty.
 * @param sizeOf the size of an item, in bytes: pages of large items have fewer items. Default: all items are small.
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
