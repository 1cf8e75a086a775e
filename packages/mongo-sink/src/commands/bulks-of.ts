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
