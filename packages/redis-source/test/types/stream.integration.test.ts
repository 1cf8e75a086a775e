import { decodeContent } from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';
import type { Db, Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Conformance, describeConformance } from './conformance.js';
import { hexOf } from './stored-value.js';
import { type ValueUnderTest, valueUnderTest } from './value-under-test.js';

const STREAM: Conformance = {
  keyType: 'stream',
  sizes: { many: 60, huge: 1000 },
  async fill(redis, key, items) {
    const there = await redis.xlen(key);
    const pipeline = redis.pipeline();
    for (let i = there; i < items; i++) pipeline.xadd(key, `${i + 1}-0`, 'number', i);
    await pipeline.exec();
  },
  fillHard: (redis, key) =>
    redis.xadd(
      key,
      ...['*', Buffer.from([0xff, 0x00]), Buffer.from([0xfe]), 'twice', '1', 'twice', '2', '', ''],
      ...['$set', 'a', 'a.b', 'b', '12', 'digits'],
    ),
  change: (redis, key) => redis.xadd(key, '*', 'changed', 'yes'),
  ofRedis,
  ofMongo,
};

describeConformance(STREAM);

async function ofRedis(redis: Redis, key: string): Promise<string[] | null> {
  const entries = await redis.xrangeBuffer(key, '-', '+');
  if (entries.length === 0) return null;
  return entries.map(([id, fields]) => `${id} ${fields.map(hexOf).join(' ')}`);
}

/** The messages of the stream's newest incarnation, in order. */
async function ofMongo(db: Db, key: string): Promise<string[] | null> {
  const messages = await db
    .collection<{ _id: string } & Document>('stream_messages')
    .find({ stream: key })
    .sort({ _id: 1 })
    .toArray();
  const incarnations = messages.map(({ _id }) => _id.slice(0, _id.lastIndexOf(':')));
  const newest = messages.filter((_, i) => incarnations[i] === incarnations.at(-1));
  return newest.map(
    ({ entryId, content }) => `${entryId} ${decodeContent(content).flat().map(hexOf).join(' ')}`,
  );
}

describe('stream: its own', () => {
  let under: ValueUnderTest;
  beforeAll(async () => {
    under = await valueUnderTest();
  });
  afterAll(async () => {
    await under.close();
  });

  it('when it expires is recorded, also when nothing else is new', async () => {
    await STREAM.fill(under.redis, 'fleeting', 3);
    await under.sync('fleeting');
    expect((await under.state('fleeting')).expiresAt).toBeNull();
    await under.redis.pexpireat('fleeting', 4_000_000_000_000);
    expect((await under.sync('fleeting')).result).toBe('synced');
    const { expiresAt, counts } = await under.state('fleeting');
    expect(expiresAt?.getTime()).toBe(4_000_000_000_000);
    expect(counts).toMatchObject({ seen: 3, written: 3 });
    expect((await under.sync('fleeting')).result).toBe('unchanged');
    await under.redis.persist('fleeting');
    await under.sync('fleeting');
    expect((await under.state('fleeting')).expiresAt).toBeNull();
  });
});
