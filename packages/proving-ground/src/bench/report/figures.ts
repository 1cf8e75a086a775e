/** Stands for a figure that was not measured. */
export const NONE = '–';

/** `15,230 (14,902–15,800)`: the median and the range. One value alone has no range. */
export function spreadText(values: readonly number[], digits = 0): string {
  if (values.length === 0) return NONE;
  const { median, least, most, count } = spreadOf(values);
  const text = (value: number) => figure(value, digits);
  return count === 1 ? text(median) : `${text(median)} (${text(least)}–${text(most)})`;
}

export function figure(value: number, digits = 0): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Percent of one core. */
export function percentOfCore(shares: readonly number[]): string {
  return spreadText(
    shares.map((share) => 100 * share),
    1,
  );
}

/** The median; `undefined` if there are no values. */
export function medianOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : spreadOf(values).median;
}

export function megabytes(bytes: readonly number[]): string {
  return spreadText(bytes.map((count) => count / 1024 ** 2));
}

/** The values that are not `undefined`. */
export function known(values: readonly (number | undefined)[]): number[] {
  return values.filter((value) => value !== undefined);
}

/** Summarizes several measurements of one figure. @throws RangeError if there are no values. */
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
 * The value below which `percent` percent of the values lie, by linear interpolation.
 * @param sorted in ascending order.
 * @throws RangeError if there are no values.
 */
export function percentile(sorted: readonly number[], percent: number): number {
  const place = ((sorted.length - 1) * percent) / 100;
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined) throw new RangeError('there are no values');
  return below + (above - below) * (place - Math.floor(place));
}
