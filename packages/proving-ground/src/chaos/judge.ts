import type { Redis } from 'ioredis';
import type { Db } from 'mongodb';
import type { ChaosLoad } from './chaos-load.js';
import { judgeSet } from './judge-sets.js';
import { judgeMirror, judgeSource } from './judge-streams.js';
import { judgeCounts, StreamFindings } from './stream-findings.js';

export interface Judgement {
  readonly streams: readonly StreamFindings[];
  readonly members: number;
  readonly problems: readonly string[];
}

/** Compares what was written with Redis, and both with MongoDB. Everything must be at rest. */
export async function judge(redis: Redis, db: Db, load: ChaosLoad): Promise<Judgement> {
  const keys = db.collection<{ _id: string }>('keys');
  const streams: StreamFindings[] = [];
  for (const hand of load.streams) {
    const { written } = hand;
    const findings = new StreamFindings(written.key);
    await judgeSource(redis, written, findings);
    await judgeMirror(db, written, findings);
    judgeCounts(await keys.findOne({ _id: written.key }), findings, !load.countsExactly(hand));
    streams.push(findings);
  }
  const sets = [];
  for (const hand of load.sets) sets.push(await judgeSet(redis, db, hand));
  return {
    streams,
    members: sets.reduce((sum, { members }) => sum + members, 0),
    problems: [...streams, ...sets].flatMap(({ problems }) => problems),
  };
}
