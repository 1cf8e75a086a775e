import type { Redis } from 'ioredis';
import type { Db } from 'mongodb';
import { checkRecord } from './check-record.js';
import { Findings } from './findings.js';
import { findKeys, type History, type KeyToVerify } from './key-to-verify.js';
import { type KeyReport, sumUp, type VerifyReport } from './verify-report.js';
import { verifySets } from './verify-sets.js';
import { verifyStreams } from './verify-streams.js';

export interface VerifyOptions {
  readonly redis: Redis;
  readonly db: Db;
  /** What stands between a main stream's name and a type. */
  readonly separator: string;
  /** Which keys are mirrored; the queue's own must not be among them (`keyFilter`, `queueKeyPattern`). */
  readonly wanted: (keyId: string) => boolean;
  /**
   * What was ever written to the streams it names, where somebody kept a record and nothing was trimmed. With it, lives
   * that are over are compared too, and a document of an entry that nobody wrote is an error. Without it, entries that
   * Redis has dropped since they were synced are no concern.
   */
  readonly history?: History;
}

/**
 * Compares Redis with MongoDB, key by key and byte for byte: streams and sets. It reads everything once, in pages;
 * memory grows with the number of keys alone. Both sides should be at rest: what changes meanwhile shows as missing or
 * different.
 */
export async function verify({
  redis,
  db,
  separator,
  wanted,
  history,
}: VerifyOptions): Promise<VerifyReport> {
  const keys = await findKeys(redis, db, wanted, history);
  const byKey = new Map(keys.map(({ key }) => [key, new Findings()]));
  const strays = new Findings();
  const findingsOf = (key: string) => byKey.get(key) ?? strays;
  await verifyStreams({ redis, db, separator, keys, findingsOf, strays });
  await verifySets({ redis, db, keys, findingsOf, strays });
  for (const key of keys) checkRecord(key, findingsOf(key.key));
  return sumUp(
    keys.map((key) => reportOf(key, findingsOf(key.key))),
    strays,
  );
}

function reportOf({ key, inRedis, record, history }: KeyToVerify, findings: Findings): KeyReport {
  const { messages, members, missing, duplicated, different, dead, countsAgree, problems } = findings;
  const keyType = history || (inRedis ?? record?.keyType) === 'stream' ? 'stream' : 'set';
  const lives = record?.incarnation ?? 0;
  return {
    key,
    keyType,
    lives,
    messages,
    members,
    missing,
    duplicated,
    different,
    dead,
    countsAgree,
    problems,
  };
}
