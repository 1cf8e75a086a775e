/**
 * Gathers items into pages of `size`. The last page may be smaller; no page is empty.
 * @param sizeOf the size of an item, in bytes: pages of large items have fewer items. Default: all items are small.
 * @param most size from which on a page is full, in bytes.
 */
export async function* pagesOf<T>(
  items: AsyncIterable<T>,
  size: number,
  sizeOf: (item: T) => number = () => 0,
  most = 8 * 1024 * 1024,
): AsyncGenerator<T[]> {
  let page: T[] = [];
  let bytes = 0;
  for await (const item of items) {
    page.push(item);
    bytes += sizeOf(item);
    if (page.length < size && bytes < most) continue;
    yield page;
    page = [];
    bytes = 0;
  }
  if (page.length > 0) yield page;
}
