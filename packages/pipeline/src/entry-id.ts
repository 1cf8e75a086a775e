/** The id before every entry id; no stream holds it. */
export const BEFORE_FIRST = '0-0';

const MAX_SEQ = 2n ** 64n - 1n;
const NUMBER = '(0|[1-9][0-9]{0,19})';
const SHAPE = new RegExp(`^${NUMBER}-${NUMBER}$`);

/**
 * Orders two stream entry ids (`<ms>-<seq>`, each an unsigned 64-bit decimal without leading zeros) as Redis
 * does: by number, so 9 comes before 10.
 * @returns a negative number, zero or a positive number, as for sort.
 */
export function compareEntryIds(a: string, b: string): number {
  const dashA = a.indexOf('-');
  const dashB = b.indexOf('-');
  return (
    compareDecimals(a.slice(0, dashA), b.slice(0, dashB)) ||
    compareDecimals(a.slice(dashA + 1), b.slice(dashB + 1))
  );
}

function compareDecimals(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * The id right before another id, to make an exclusive end of a range inclusive; `0-0` has no predecessor and
 * is returned itself.
 */
export function entryIdBefore(entryId: string): string {
  const dash = entryId.indexOf('-');
  const [ms, seq] = [BigInt(entryId.slice(0, dash)), BigInt(entryId.slice(dash + 1))];
  if (seq > 0n) return `${ms}-${seq - 1n}`;
  return ms > 0n ? `${ms - 1n}-${MAX_SEQ}` : BEFORE_FIRST;
}

/** Whether it is an entry id as Redis writes it. */
export function isEntryId(text: unknown): text is string {
  const [, ms, seq] = (typeof text === 'string' && SHAPE.exec(text)) || [];
  return isNumber(ms) && isNumber(seq);
}

function isNumber(digits: string | undefined): boolean {
  return digits !== undefined && (digits.length < 20 || BigInt(digits) <= MAX_SEQ);
}

/** The time in an entry id; `undefined` if a Date can't hold it. */
export function entryTime(entryId: string): Date | undefined {
  const ms = Number(entryId.slice(0, entryId.indexOf('-')));
  return ms <= 8.64e15 ? new Date(ms) : undefined;
}
