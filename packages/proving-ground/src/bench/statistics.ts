/** What several measurements of one thing say. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly count: number;
}

/** @throws RangeError without any value. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    median: percentile(sorted, 50),
    least: percentile(sorted, 0),
    most: percentile(sorted, 100),
    count: sorted.length,
  };
}

/**
 * The value below which `percent` per cent of the values lie, by straight lines between neighbors.
 * @param sorted in ascending order.
 * @throws RangeError without any value.
 */
export function percentile(sorted: readonly number[], percent: number): number {
  const place = ((sorted.length - 1) * percent) / 100;
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined) throw new RangeError('there are no values');
  return below + (above - below) * (place - Math.floor(place));
}
