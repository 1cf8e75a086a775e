import { SyncError } from '@redis-to-mongo/pipeline';

/** Parses a double as Redis writes it. @throws SyncError REDIS_REPLY if it is not a number. */
export function readScore(score: Buffer | undefined): number {
  const text = String(score);
  const value =
    text === 'inf' ? Number.POSITIVE_INFINITY : text === '-inf' ? Number.NEGATIVE_INFINITY : Number(text);
  if (Number.isNaN(value)) throw new SyncError('REDIS_REPLY', 'unknown', 'a score is not a number');
  return value;
}

/** As readScore, but accepts NaN. @throws SyncError as readScore. */
export function readDouble(double: Buffer | undefined): number {
  return /^[-+]?nan$/i.test(String(double)) ? Number.NaN : readScore(double);
}

/** The shortest text that Redis reads back to exactly the same double. */
export function textOfScore(score: number): string {
  if (Number.isNaN(score)) return 'nan';
  if (Number.isFinite(score)) return Object.is(score, -0) ? '-0' : String(score);
  return score > 0 ? 'inf' : '-inf';
}

/** The shortest text of the same double: the commands of Redis write it differently. */
export function shortScore(score: Buffer | undefined): Buffer {
  return Buffer.from(textOfScore(readScore(score)));
}

/** As shortScore, but accepts NaN. */
export function shortDouble(double: Buffer | undefined): Buffer {
  return Buffer.from(textOfScore(readDouble(double)));
}
