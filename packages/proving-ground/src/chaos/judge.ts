import { keyTypeOf } from '@redis-to-mongo/key-types';
import type { Redis } from 'ioredis';
import type { Db } from 'mongodb';
import type { ChaosLoad } from './chaos-load.js';
import { judgeSet } from './judge-sets.js';
import { judgeMirror, judgeSource } from './judge-streams.js';
import { judgeCounts, StreamFindings } from './stream-findings.js';
import { mirroredDigest } from './value-watch.js';

export interface Judgement {
  readonly streams: readonly StreamFindings[];
  readonly members: number;
  readonly values: number;
  readonly problems: readonly string[];
}

/** Compares what was written with Redis, and both with MongoDB. Everything must be at rest. */
export async function judge(redis: Redis, db: Db, load: ChaosLoad): Promise<Judgement> {
  const keys = db.collection<{ _id: string; keyType?: string; status?: string }>('keys');
  const streams: StreamFindings[] = [];
  for (const hand of load.streams) {
    const { written } = hand;
    const findings = new StreamFindings(written.key);
    await judgeSource(redis, written, findings);
    await judgeMirror(db, written, findings);
    judgeCounts(await keys.findOne({ _id: written.key }), findings, !load.countsExactly(hand));
    streams.push(findings);
  }
  const values = load.values.flatMap(({ written }) => written);
  const problems: string[] = [];
  for (const { key, digest } of values) {
    const { keyType, status } = (await keys.findOne({ _id: key })) ?? {};
    const type = keyTypeOf(await redis.type(key));
    if ((await mirroredDigest(db, key)) !== digest) problems.push(`${key}: not what was written last`);
    if (status === 'active' ? type !== keyType : type !== undefined)
      problems.push(`${key}: ${String(status)} and a ${String(keyType)} in MongoDB, not so in Redis`);
  }
  const sets = [];
  for (const hand of load.sets) sets.push(await judgeSet(redis, db, hand));
  return {
    streams,
    members: sets.reduce((sum, { members }) => sum + members, 0),
    values: values.length,
    problems: [...[...streams, ...sets].flatMap((findings) => findings.problems), ...problems],
  };
}
