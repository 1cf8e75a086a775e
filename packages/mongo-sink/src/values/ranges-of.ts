/** Ranges of buckets that one load asks for. */
const RANGES_A_LOAD = 1000;

/**
 * The numbers gathered into ranges, both ends inclusive, as many as one load may ask for: where they would be more,
 * near neighbors share one. The numbers are ascending.
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
