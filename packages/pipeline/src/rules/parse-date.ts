const ISO =
  /^(\d{4}-\d\d-(\d\d))(?:T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d))?$/;
/** Fewer digits are more likely seconds. */
const EPOCH_MS = /^[1-9]\d{11,15}$/;
const LATEST_MS = 8.64e15;

/**
 * Parses a text as a time: ISO 8601, a day (in UTC) or a time with its zone; or ms since 1970 in 12 to 16
 * digits. Fractions of a ms are cut off.
 */
export function parseDate(text: string): Date | undefined {
  if (EPOCH_MS.test(text)) return Number(text) <= LATEST_MS ? new Date(Number(text)) : undefined;
  const [, day, dayOfMonth] = ISO.exec(text) ?? [];
  // JavaScript accepts February 30 as a day in March.
  if (day === undefined || new Date(day).getUTCDate() !== Number(dayOfMonth)) return undefined;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
