import type { Buffer } from 'node:buffer';
import { bytesOf, keyBytes } from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';
import type { Db, Document } from 'mongodb';

export interface SetComparison {
  /** Members in Redis. */
  readonly members: number;
  readonly verdict: 'equal' | 'missing' | 'different';
  /** In words, for a verdict other than equal. */
  readonly problem: string;
}

/**
 * Compares a set with its document, member by member, as bytes. A set that is not in Redis must be empty and inactive
 * in MongoDB, or not there at all.
 */
export async function compareSet(redis: Redis, db: Db, key: string): Promise<SetComparison> {
  const [inRedis, document] = await Promise.all([
    redis.smembersBuffer(keyBytes(key)),
    db.collection<{ _id: string } & Document>('sets').findOne({ _id: key }),
  ]);
  const members = inRedis.length;
  if (!document) {
    return { members, verdict: members > 0 ? 'missing' : 'equal', problem: `${key}: no document` };
  }
  const problem = differenceOf(inRedis, document);
  return { members, verdict: problem ? 'different' : 'equal', problem: `${key}: ${problem}` };
}

function differenceOf(inRedis: Buffer[], { members, size, active }: Document): string | undefined {
  if (!Array.isArray(members)) return 'the document has no members';
  const stored = new Set<string>();
  try {
    for (const member of members) stored.add(textOf(bytesOf(member)));
  } catch {
    return 'a member is neither text nor bytes';
  }
  if (stored.size !== members.length) return 'a member is stored twice';
  const lacking = inRedis.filter((member) => !stored.has(textOf(member))).length;
  const surplus = stored.size - (inRedis.length - lacking);
  if (lacking + surplus > 0) return `${lacking} members lacking, ${surplus} too many`;
  if (size !== members.length) return `size ${String(size)} of ${members.length}`;
  return active === inRedis.length > 0 ? undefined : `active is ${String(active)}`;
}

function textOf(bytes: Buffer): string {
  return bytes.toString('latin1');
}
