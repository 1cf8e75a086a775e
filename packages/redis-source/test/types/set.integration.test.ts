import type { Redis } from 'ioredis';
import type { Db } from 'mongodb';
import { type Conformance, describeConformance } from './conformance.js';
import { hexOf, storedValue } from './stored-value.js';

const NAMES = { collection: 'sets', memberCollection: 'set_members' };

const SET: Conformance = {
  keyType: 'set',
  sizes: { many: 100, huge: 1000 },
  stored: NAMES,
  fill: (redis, key, items) =>
    redis.sadd(
      key,
      Array.from({ length: items }, (_, i) => `member ${i}`),
    ),
  fillHard: (redis, key) =>
    redis.sadd(
      key,
      Buffer.from([0xff, 0x00, 0xfe]),
      '',
      '$set',
      'a.b',
      'ÿ',
      Buffer.from([0xc3, 0xbf, 0x80]),
      '1',
    ),
  change: (redis, key, number) =>
    redis
      .multi()
      .srem(key, `member ${number}`, `new ${number - 1}`)
      .sadd(key, `new ${number}`, `newer ${number}`)
      .exec(),
  ofRedis,
  ofMongo,
};

describeConformance(SET);

async function ofRedis(redis: Redis, key: string): Promise<string[] | null> {
  const members = await redis.smembersBuffer(key);
  return members.length === 0 ? null : members.map(hexOf).sort();
}

async function ofMongo(db: Db, key: string): Promise<string[] | null> {
  const stored = await storedValue(db, NAMES, key);
  if (!stored) return null;
  const members: unknown[] = stored.units?.map(({ member }) => member) ?? stored.header.members;
  if (members.length !== stored.header.size) throw new Error(`${key}: the size is not that of its members`);
  return members.map(hexOf).sort();
}
