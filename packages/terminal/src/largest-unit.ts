/** Units of time with their lengths in ms, largest first. */
export const TIME_UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** A duration in ms, rounded down in its largest unit: `3 h`. */
export function largestUnit(ms: number): string {
  const [unit, size] = TIME_UNITS.find(([, each]) => ms >= each) ?? (['s', 1_000] as const);
  return `${Math.floor(ms / size)} ${unit}`;
}
