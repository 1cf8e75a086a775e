import { largestUnit, TIME_UNITS } from '@redis-to-mongo/terminal';

/** A time relative to now: `3 s ago`, `in 2 h`; empty for none. */
export function fromNow(time: Date | null | undefined): string {
  if (!time) return '';
  const ms = time.getTime() - Date.now();
  return ms > 0 ? `in ${largestUnit(ms)}` : `${largestUnit(-ms)} ago`;
}

/** A time for people and logs, to the second; nothing for none. */
export function stamp(time: Date | null | undefined): string {
  return time ? `${bareStamp(time)} UTC` : '';
}

/** As `stamp`, but without the time zone, which the heading has. */
export function bareStamp(time: Date): string {
  return time.toISOString().slice(0, 19).replace('T', ' ');
}

/** Parses a time (ISO 8601, UTC by default) or an age (`90min`, `2h`, `7d`). */
export function timeOf(text: string): Date | undefined {
  const [, number, unit] = /^(\d+)\s*(s|min|h|d)$/.exec(text) ?? [];
  const size = TIME_UNITS.find(([each]) => each === unit)?.[1];
  if (number !== undefined && size !== undefined) return new Date(Date.now() - Number(number) * size);
  if (!/^\d{4}-\d\d-\d\d/.test(text)) return undefined;
  const isZoned = /(Z|[+-]\d\d:?\d\d)$/.test(text) || text.length === 10;
  const time = new Date(isZoned ? text : `${text}Z`);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
