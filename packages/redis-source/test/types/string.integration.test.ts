import { bytesOf } from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';
import type { Db } from 'mongodb';
import { type Conformance, describeConformance } from './conformance.js';
import { storedValue } from './stored-value.js';

const NAMES = { collection: 'strings', memberCollection: 'string_parts' };

/** An item is ten bytes. */
const STRING: Conformance = {
  keyType: 'string',
  sizes: { many: 100, huge: 250_000 },
  stored: NAMES,
  fill: (redis, key, items) =>
    redis.set(key, Array.from({ length: items }, (_, i) => String(i).padStart(10, '.')).join('')),
  fillHard: (redis, key) => redis.set(key, Buffer.from([0xff, 0x00, 0xc3, 0x0a])),
  change: (redis, key, number) =>
    redis.multi().setrange(key, 7, `<${number}>`).append(key, `${number}`).exec(),
  ofRedis,
  ofMongo,
};

describeConformance(STRING);

async function ofRedis(redis: Redis, key: string): Promise<string | null> {
  const value = await redis.getBuffer(key);
  return value === null ? null : value.toString('latin1');
}

async function ofMongo(db: Db, key: string): Promise<string | null> {
  const stored = await storedValue(db, NAMES, key);
  if (!stored) return null;
  const { header, units } = stored;
  const value = units ? Buffer.concat(units.map(({ data }) => bytesOf(data))) : bytesOf(header.value);
  if (value.length !== header.size) throw new Error(`${key}: the size is not that of its bytes`);
  return value.toString('latin1');
}
