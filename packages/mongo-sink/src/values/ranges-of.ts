/** Maximum number of ranges per load. */
const RANGES_A_LOAD = 1000;

/**
 * Groups ascending numbers into at most RANGES_A_LOAD ranges, both ends inclusive. If there would be more
 * ranges, near neighbors share one.
 */
export function rangesOf(numbers: readonly number[]): [number, number][] {
  for (let gap = 1; ; gap *= 2) {
    const ranges: [number, number][] = [];
    for (const number of numbers) {
      const last = ranges.at(-1);
      if (last && number - last[1] <= gap) last[1] = number;
      else ranges.push([number, number]);
    }
    if (ranges.length <= RANGES_A_LOAD) return ranges;
  }
}
