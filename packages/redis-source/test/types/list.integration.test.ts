import type { Redis } from 'ioredis';
import type { Db } from 'mongodb';
import { type Conformance, describeConformance } from './conformance.js';
import { hexOf, storedValue } from './stored-value.js';

const NAMES = { collection: 'lists', memberCollection: 'list_items' };

const LIST: Conformance = {
  keyType: 'list',
  sizes: { many: 100, huge: 1000 },
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
  const { header, units } = stored;
  units?.forEach(({ index }, i) => {
    if (index !== header.first + i) throw new Error(`${key}: item ${i} has index ${index}`);
  });
  const items: unknown[] = units?.map(({ item }) => item) ?? header.items;
  if (items.length !== header.size) throw new Error(`${key}: the size is not that of its items`);
  return items.map(hexOf);
}
