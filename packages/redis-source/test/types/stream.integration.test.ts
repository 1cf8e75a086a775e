import { KEY_TYPES } from '@redis-to-mongo/key-types';
import { ByteBudget, decodeContent, firstState, Slice } from '@redis-to-mongo/pipeline';
import { redisSource } from '@redis-to-mongo/redis-source';
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

  it('the limits of a read are those that were configured last', async () => {
    await STREAM.fill(under.redis, 'limits', 6);
    const source = redisSource(under.redis, KEY_TYPES, { readEntries: 2, readBytes: 8 << 20 });
    const sizes = async () => {
      const state = firstState('limits', { stream: 'limits', type: 'main' }, 'stream', new Date());
      const slice = new Slice({ entries: 1000, bytes: 1 << 20, ms: 60_000 });
      const batches: number[] = [];
      for await (const batch of source.syncer('stream')?.read(state, slice, new ByteBudget(64 << 20)) ?? [])
        batches.push(batch.entries);
      return batches;
    };
    expect(await sizes()).toEqual([2, 2, 2]);
    source.configure({ readEntries: 3, readBytes: 8 << 20 });
    expect(await sizes()).toEqual([3, 3]);
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
