import type { Redis } from 'ioredis';
import type { Db } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Conformance, describeConformance } from './conformance.js';
import { hexOf, storedValue } from './stored-value.js';
import { type ValueUnderTest, valueUnderTest } from './value-under-test.js';

const NAMES = { collection: 'lists', memberCollection: 'list_items' };

const LIST: Conformance = {
  keyType: 'list',
  sizes: { many: 60, huge: 120 },
  stored: NAMES,
  async fill(redis, key, items) {
    const there = await redis.llen(key);
    const more = Array.from({ length: items - there }, (_, i) => `item ${(there + i) % 300}`);
    if (more.length > 0) await redis.rpush(key, ...more);
  },
  fillHard: (redis, key) =>
    redis.rpush(key, Buffer.from([0xff, 0x00]), '', 'twice', 'twice', 'ÿ', Buffer.from([0xc3])),
  change: (redis, key, number) =>
    redis
      .multi()
      .lpush(key, `head ${number}`, 'same')
      .rpush(key, `tail ${number}`)
      .lset(key, 30, `middle ${number}`)
      .rpop(key)
      .exec(),
  ofRedis,
  ofMongo,
};

describeConformance(LIST);

async function ofRedis(redis: Redis, key: string): Promise<string[] | null> {
  const items = await redis.lrangeBuffer(key, 0, -1);
  return items.length === 0 ? null : items.map(hexOf);
}

async function ofMongo(db: Db, key: string): Promise<string[] | null> {
  const stored = await storedValue(db, NAMES, key);
  if (!stored) return null;
  const { manifest, elements } = stored;
  elements?.forEach(({ index }, i) => {
    if (index !== manifest.first + i) throw new Error(`${key}: item ${i} has index ${index}`);
  });
  const items: unknown[] = elements?.map(({ item }) => item) ?? manifest.items;
  if (items.length !== manifest.size) throw new Error(`${key}: the size is not that of its items`);
  return items.map(hexOf);
}

describe('list: its own', () => {
  let under: ValueUnderTest;
  beforeAll(async () => {
    under = await valueUnderTest();
  });
  afterAll(async () => {
    await under.close();
  });

  const written = async (key: string): Promise<number> => {
    under.writes.take();
    await under.sync(key);
    expect(await ofMongo(under.db, key)).toEqual(await ofRedis(under.redis, key));
    return under.writes.take().list_items ?? 0;
  };
  const items = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name} ${i}`);

  it('growth and shrinking at either end write what came and went, nothing else', async () => {
    const { redis } = under;
    await redis.rpush('log', ...items('first', 1000));
    expect(await written('log')).toBe(1000);
    await redis.rpush('log', ...items('behind', 10));
    expect(await written('log')).toBe(10);
    await redis.lpush('log', ...items('before', 20));
    expect(await written('log')).toBe(20);
    expect((await under.manifest('lists', 'log')).first).toBe(-20);
    await redis.lpop('log', 5);
    expect(await written('log')).toBe(5);
    // What had ended is removed by the next change.
    await redis
      .multi()
      .lpop('log', 100)
      .rpush('log', ...items('queue', 30))
      .exec();
    expect(await written('log')).toBe(100 + 30 + 5);
    await redis
      .multi()
      .lpush('log', ...items('newest', 40))
      .ltrim('log', 0, 599)
      .exec();
    const { size } = await under.manifest('lists', 'log');
    expect(await written('log')).toBe(40 + (size + 40 - 600) + 100);
    await redis.lset('log', 500, 'changed');
    expect(await written('log')).toBe(2 + (size + 40 - 600));
  });

  it('duplicates stay apart, and a list of nothing but one item is followed too', async () => {
    await under.redis.rpush('same', ...Array<string>(300).fill('x'));
    expect(await written('same')).toBe(300);
    await under.redis.rpush('same', 'x', 'x');
    expect(await written('same')).toBe(2);
    await under.redis.lpop('same', 10);
    expect(await written('same')).toBeLessThanOrEqual(20);
  });
});
