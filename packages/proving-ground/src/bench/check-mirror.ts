import { METADATA_TYPE, ruleBook } from '@redis-to-mongo/key-types';
import { type Finding, verifyMirror } from '@redis-to-mongo/verify';
import type { Redis } from 'ioredis';
import type { Db } from 'mongodb';
import { ProvingError } from '../proving-error.js';

/** @throws ProvingError `PROVING_NOT_MIRRORED` unless there are just this many messages; each `_id` is there once. */
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
  let compared = 0;
  const key = (finding: Finding) => {
    if (finding.type === 'stream') compared += finding.compared;
  };
  const { findings } = await verifyMirror(
    { redis, db },
    {
      wanted: () => true,
      types: ['stream', METADATA_TYPE.names.keyType],
      rules: ruleBook(),
      settleMs: 0,
      progress: { begin: () => {}, key, end: () => {} },
    },
  );
  const [first] = findings.flatMap((finding) => finding.problems.map((text) => `${finding.key}: ${text}`));
  if (first !== undefined) throw notMirrored(first);
  if (compared !== entries) throw notMirrored(`${compared} entries were compared, not ${entries}`);
}

export function notMirrored(found: string): ProvingError {
  return new ProvingError('PROVING_NOT_MIRRORED', `the mirror is not what it should be: ${found}`);
}
