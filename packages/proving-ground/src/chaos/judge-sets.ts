import type { Redis } from 'ioredis';
import type { Db } from 'mongodb';
import { compareSet } from '../verify/compare-set.js';
import type { SetHand } from './set-hand.js';

export interface SetFindings {
  readonly members: number;
  readonly problems: readonly string[];
}

/** Compares what was written to a set, what Redis holds, and what MongoDB holds. */
export async function judgeSet(redis: Redis, db: Db, { key, members }: SetHand): Promise<SetFindings> {
  const problems: string[] = [];
  const there = members.length > 0 ? await redis.smismember(key, ...members) : [];
  const held = there.filter((is) => is === 1).length;
  const inRedis = await redis.scard(key);
  if (held !== members.length || inRedis !== members.length)
    problems.push(`${key}: ${members.length} members written, ${inRedis} in Redis, ${held} of them the same`);
  const { verdict, problem } = await compareSet(redis, db, key);
  if (verdict !== 'equal') problems.push(problem);
  return { members: members.length, problems };
}
