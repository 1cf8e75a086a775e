import { keyTypeOf, ruleBook } from '@redis-to-mongo/key-types';
import { verifyKey } from '@redis-to-mongo/verify';
import type { Redis } from 'ioredis';
import type { Db } from 'mongodb';
import { judgeMirror, judgeSource } from '../judge/judge-streams.js';
import { judgeCounts, StreamFindings } from '../judge/stream-findings.js';
import type { ChaosLoad } from './chaos-load.js';
import { messagesOf } from './chaos-rules.js';
import { mirroredDigest } from './value-watch.js';

/**
 * Compares everything written with Redis, and both with MongoDB. Call it only once the mirror has settled.
 */
export async function judge(redis: Redis, db: Db, load: ChaosLoad) {
  const keys = db.collection<{ _id: string }>('keys');
  const problems: string[] = [];
  const judged = load.streams.map((writer) => ({ writer, findings: new StreamFindings(writer.written.key) }));
  for (const collection of new Set(load.streams.map(({ written }) => messagesOf(written.key)))) {
    const kept = judged.flatMap(({ writer: { written }, findings }) =>
      messagesOf(written.key) === collection ? [[written, findings] as const] : [],
    );
    const strays = await judgeMirror(db, collection, kept);
    if (strays > 0) problems.push(`${strays} messages in ${collection} belong to no stream`);
  }
  for (const { writer, findings } of judged) {
    const { written } = writer;
    await judgeSource(redis, written, findings);
    const record = await keys.findOne({ _id: written.key });
    const isForgotten = !record && load.hasLostTarget && (await redis.exists(written.key)) === 0;
    if (!isForgotten) judgeCounts(record, findings, !load.countsExactly(writer));
  }
  const streams = judged.map(({ findings }) => findings);
  const values = load.values.flatMap(({ written }) => written);
  for (const { key, digest } of values) {
    if ((await mirroredDigest(db, key)) !== digest) problems.push(`${key}: not what was written last`);
    const type = keyTypeOf(await redis.type(key));
    const found = await verifyKey({ redis, db }, key, type, ruleBook());
    problems.push(...found.problems.map((problem) => `${key}: ${problem}`));
  }
  return {
    streams,
    values: values.length,
    problems: [...streams.flatMap((findings) => findings.problems), ...problems],
  };
}
