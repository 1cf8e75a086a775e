/** The end of the year 9999: what comes later is no date to many tools and drivers of MongoDB. */
const LATEST_MS = Date.UTC(10_000, 0) - 1;

/**
 * A time of Redis, in ms since 1970, as a date: the latest one, where the time lies beyond it. BSON would make 1970 of a date that
 * is none.
 */
export function dateOf(ms: number): Date {
  return new Date(Math.min(ms, LATEST_MS));
}
