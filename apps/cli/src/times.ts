const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** A time as people see it from now: `3 s ago`, `in 2 h`; nothing for none. */
export function fromNow(time: Date | null | undefined, now = Date.now()): string {
  if (!time) return '';
  const ms = time.getTime() - now;
  return ms > 0 ? `in ${duration(ms)}` : `${duration(-ms)} ago`;
}

/** A duration of so many ms in its largest unit. */
export function duration(ms: number): string {
  const [unit, size] = UNITS.find(([, each]) => ms >= each) ?? (['s', 1_000] as const);
  return `${Math.floor(ms / size)} ${unit}`;
}

/** A time for people and logs, to the second; nothing for none. */
export function stamp(time: Date | null | undefined): string {
  return time ? `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC` : '';
}
