import { KEY_TYPES, ruleBook } from '@redis-to-mongo/key-types';
import { verifyMirror } from '@redis-to-mongo/verify';
import type { Redis } from 'ioredis';
import type { Db } from 'mongodb';
import { untilMoved } from '../program/until-moved.js';
import { ProvingError } from '../proving-error.js';
import type { BenchEnvironment } from './bench-environment.js';

/** @throws ProvingError `PROVING_NOT_MIRRORED` unless the target holds exactly this many messages. */
export async function checkCount(target: { count(): Promise<number> }, entries: number): Promise<void> {
  const found = await target.count();
  if (found !== entries) throw notMirrored(`${found} messages are there, not ${entries}`);
}

/** Keys that differ are compared again for this long, in ms: the last saves may still be on their way. */
const SETTLE_MS = 5_000;

/**
 * Compares source and target, byte for byte, as `redis-to-mongo verify` does.
 * @throws ProvingError `PROVING_NOT_MIRRORED`.
 */
export async function compareMirror(
  { redis }: { readonly redis: Redis },
  { db }: { readonly db: Db },
): Promise<void> {
  const all = { wanted: () => true, types: KEY_TYPES, rules: ruleBook(), settleMs: SETTLE_MS };
  const { findings } = await verifyMirror({ redis, db }, all);
  const [first] = findings;
  if (first) throw notMirrored(`${first.key}: ${first.problems[0] ?? 'differs'}`);
}

export function notMirrored(found: string): ProvingError {
  return new ProvingError('PROVING_NOT_MIRRORED', `the mirror is not what it should be: ${found}`);
}

const POLL_MS = 200;

/**
 * Resolves when this many messages are in the target.
 * @param isOver whether the process that writes them has ended.
 * @throws ProvingError `PROVING_STALLED` if it has ended, or as untilMoved of program/.
 */
export async function untilMirrored(
  { signal }: Pick<BenchEnvironment, 'signal'>,
  who: string,
  target: { count(): Promise<number> },
  messages: number,
  isOver: () => boolean = () => false,
): Promise<void> {
  const check = async () => {
    const found = await target.count();
    const missing = `${who} has moved ${found} of ${messages} entries`;
    if (found < messages && isOver()) throw new ProvingError('PROVING_STALLED', `${missing}, and has ended`);
    return { isDone: found >= messages, progress: found, missing: () => [missing] };
  };
  await untilMoved(`${messages} messages`, check, { signal, pollMs: () => POLL_MS });
}
