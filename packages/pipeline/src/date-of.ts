/** The end of the year 9999. Many tools and drivers of MongoDB do not accept later dates. */
const LATEST_MS = Date.UTC(10_000, 0) - 1;

/**
 * Converts a time of Redis, in ms since 1970, into a date; a later time becomes LATEST_MS. An invalid date
 * would become 1970 in BSON.
 */
export function dateOf(ms: number): Date {
  return new Date(Math.min(ms, LATEST_MS));
}
