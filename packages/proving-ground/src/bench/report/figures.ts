/** `–` stands for what could not be measured. */
export const NONE = '–';

/** `15,230 (14,902–15,800)`; the range is left out where there is one value only. */
export function spreadText(values: readonly number[], digits = 0): string {
  if (values.length === 0) return NONE;
  const { median, least, most, count } = spreadOf(values);
  const text = (value: number) => figure(value, digits);
  return count === 1 ? text(median) : `${text(median)} (${text(least)}–${text(most)})`;
}

export function figure(value: number, digits = 0): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Per cent of one core. */
export function percentOfCore(shares: readonly number[]): string {
  return spreadText(
    shares.map((share) => 100 * share),
    1,
  );
}

/** The median, or `undefined` of nothing. */
export function medianOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : spreadOf(values).median;
}

export function megabytes(bytes: readonly number[]): string {
  return spreadText(bytes.map((count) => count / 1024 ** 2));
}

/** Values that are there. */
export function known(values: readonly (number | undefined)[]): number[] {
  return values.filter((value) => value !== undefined);
}

/** What several measurements of one thing say. @throws RangeError without any value. */
export function spreadOf(values: readonly number[]) {
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
