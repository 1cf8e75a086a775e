/** The limits of a bulk: its size, as `sizeOf` measures items, and its number of items. */
export interface BulkLimits<T> {
  readonly sizeOf: (item: T) => number;
  readonly size: number;
  readonly count: number;
}

/** Cuts items into bulks within the limits, in order. An item above the size limit gets a bulk of its own. */
export function* bulksOf<T>(items: Iterable<T>, { sizeOf, ...most }: BulkLimits<T>): Generator<T[]> {
  let bulk: T[] = [];
  let total = 0;
  for (const item of items) {
    const size = sizeOf(item);
    if (bulk.length > 0 && (total + size > most.size || bulk.length >= most.count)) {
      yield bulk;
      bulk = [];
      total = 0;
    }
    bulk.push(item);
    total += size;
  }
  if (bulk.length > 0) yield bulk;
}

/** Divides a list into parts of at most `size` items. */
export function inParts<T>(items: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let i = 0; i < items.length; i += size) parts.push(items.slice(i, i + size));
  return parts;
}
