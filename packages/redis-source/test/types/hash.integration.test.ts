import { bytesOf, decodeContent } from '@redis-to-mongo/pipeline';
import { Command, type Redis } from 'ioredis';
import type { Db } from 'mongodb';
import { type Conformance, describeConformance } from './conformance.js';
import { hexOf, storedValue } from './stored-value.js';

const NAMES = { collection: 'hashes', memberCollection: 'hash_fields' };

const HASH: Conformance = {
  keyType: 'hash',
  sizes: { many: 60, huge: 120 },
  stored: NAMES,
  fill: (redis, key, items) =>
    redis.hset(
      key,
      Object.fromEntries(Array.from({ length: items }, (_, i) => [`field ${i}`, `value ${i}`])),
    ),
  fillHard: (redis, key) =>
    redis.hset(
      key,
      ...[Buffer.from([0xff, 0x00]), Buffer.from([0xfe])],
      ...[
        '',
        'empty name',
        '$set',
        '',
        'a.b',
        'dot',
        '12',
        'digits',
        '__proto__',
        'p',
        'nul\0',
        '\0',
        '_bsontype',
        'Long',
        'toBSON',
        't',
      ],
    ),
  change: (redis, key, number) =>
    redis
      .multi()
      .hset(key, 'field 5', `changed ${number}`, `new ${number}`, 'n')
      .hdel(key, `new ${number - 1}`)
      .exec(),
  ofRedis,
  ofMongo,
};

describeConformance(HASH);

async function ofRedis(redis: Redis, key: string): Promise<string[] | null> {
  const reply = await redis.sendCommand(new Command('HGETALL', [key], { replyEncoding: null }));
  if (!Array.isArray(reply)) throw new Error('HGETALL: not a list');
  const pairs: string[] = [];
  for (let i = 0; i < reply.length; i += 2) pairs.push(`${hexOf(reply[i])}=${hexOf(reply[i + 1])}`);
  return pairs.length === 0 ? null : pairs.sort();
}

async function ofMongo(db: Db, key: string): Promise<string[] | null> {
  const stored = await storedValue(db, NAMES, key);
  if (!stored) return null;
  const pairs =
    stored.elements?.map(({ field, value }) => [bytesOf(field), bytesOf(value)] as const) ??
    decodeContent(stored.manifest.fields);
  if (pairs.length !== stored.manifest.size) throw new Error(`${key}: the size is not that of its fields`);
  return pairs.map(([field, value]) => `${hexOf(field)}=${hexOf(value)}`).sort();
}
