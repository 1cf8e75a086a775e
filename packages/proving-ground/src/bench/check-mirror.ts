import { keyFilter } from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';
import type { Db } from 'mongodb';
import { ProvingError } from '../proving-error.js';
import { verify } from '../verify/verify.js';
import { describeReport, isExact } from '../verify/verify-report.js';

/** @throws ProvingError `PROVING_NOT_MIRRORED` unless there are just so many messages; each `_id` is there once. */
export async function checkCount(target: { count(): Promise<number> }, entries: number): Promise<void> {
  const found = await target.count();
  if (found !== entries) throw notMirrored(`${found} messages are there, not ${entries}`);
}

/** Compares the source with MongoDB byte for byte, streams and sets. @throws ProvingError `PROVING_NOT_MIRRORED`. */
export async function compareStreams(
  { redis }: { readonly redis: Redis },
  { db }: { readonly db: Db },
  entries: number,
): Promise<void> {
  const report = await verify({ redis, db, separator: ':info:', wanted: keyFilter(['*'], []) });
  if (!isExact(report) || report.messages !== entries) throw notMirrored(describeReport(report));
}

export function notMirrored(found: string): ProvingError {
  return new ProvingError('PROVING_NOT_MIRRORED', `the mirror is not what it should be: ${found}`);
}
