import type { MirroredItem, ValueKeyType } from '@redis-to-mongo/mongo-sink';
import { keyBytes, SyncError } from '@redis-to-mongo/pipeline';
import { redisError } from '@redis-to-mongo/redis-connection';
import { dateOf } from '@redis-to-mongo/redis-source';
import type { RedisClient } from './sides.js';

/** Members asked of Redis at once, and bytes of a string. */
const PAGE = 1000;
const PART_BYTES = 1024 * 1024;
/** What HPEXPIRETIME answers for a field that is not there. */
const ABSENT = -2;

/**
 * A value's items as Redis holds them now, in the form of MirroredItem, page by page. SSCAN and its like may give an
 * item twice. What changes meanwhile is there or not.
 * @param hasTimes of a hash on a server that knows them: its fields come with the times at which they expire.
 * @throws SyncError as redisError tells.
 */
export async function* sourceItems(
  redis: RedisClient,
  keyType: ValueKeyType,
  keyId: string,
  hasTimes = false,
): AsyncGenerator<MirroredItem> {
  try {
    if (hasTimes) yield* hashWithTimes(redis, keyBytes(keyId));
    else yield* READERS[keyType](redis, keyBytes(keyId));
  } catch (error) {
    throw redisError(error);
  }
}

type Reader = (redis: RedisClient, key: Buffer) => AsyncGenerator<MirroredItem>;

const READERS: Readonly<Record<ValueKeyType, Reader>> = {
  set: (redis, key) => scan((cursor) => redis.sscanBuffer(key, cursor, 'COUNT', PAGE), 1),
  hash: (redis, key) => scan((cursor) => redis.hscanBuffer(key, cursor, 'COUNT', PAGE), 2),
  async *zset(redis, key) {
    const items = scan((cursor) => redis.zscanBuffer(key, cursor, 'COUNT', PAGE), 2);
    for await (const [member, score] of items)
      yield [member ?? Buffer.alloc(0), Buffer.from(shortScore(`${score}`))];
  },
  async *list(redis, key) {
    for (let from = 0; ; from += PAGE) {
      const items = await redis.lrangeBuffer(key, from, from + PAGE - 1);
      for (const item of items) yield [item];
      if (items.length < PAGE) return;
    }
  },
  async *string(redis, key) {
    for (let from = 0; ; from += PART_BYTES) {
      const part = await redis.getrangeBuffer(key, from, from + PART_BYTES - 1);
      yield [part];
      if (part.length < PART_BYTES) return;
    }
  },
  async *json(redis, key) {
    // Not callBuffer: auto-pipelining in ioredis 6 loses its command. JSON is text in any case.
    const text: unknown = await redis.call('JSON.GET', key, '.');
    if (typeof text === 'string') yield [Buffer.from(text)];
  },
};

async function* hashWithTimes(redis: RedisClient, key: Buffer): AsyncGenerator<MirroredItem> {
  let cursor = '0';
  do {
    const [next, flat] = await redis.hscanBuffer(key, cursor, 'COUNT', PAGE);
    cursor = String(next);
    const fields = flat.filter((_, i) => i % 2 === 0);
    if (fields.length === 0) continue;
    const times: unknown = await redis.call('HPEXPIRETIME', key, 'FIELDS', String(fields.length), ...fields);
    for (const [i, field] of fields.entries()) {
      const time = Array.isArray(times) ? Number(times[i]) : ABSENT;
      const item = [field, flat[2 * i + 1] ?? Buffer.alloc(0)];
      if (time > 0) yield [...item, Buffer.from(String(dateOf(time).getTime()))];
      else if (time !== ABSENT) yield item;
    }
  } while (cursor !== '0');
}

async function* scan(
  step: (cursor: string) => Promise<[cursor: Buffer, items: Buffer[]]>,
  arity: number,
): AsyncGenerator<MirroredItem> {
  let cursor = '0';
  do {
    const [next, flat] = await step(cursor);
    cursor = String(next);
    for (let i = 0; i < flat.length; i += arity) yield flat.slice(i, i + arity);
  } while (cursor !== '0');
}

/** ZSCAN writes a double with up to 17 digits: here it is the shortest text that reads back to it, as in MongoDB. */
export function shortScore(text: string): string {
  if (text === 'inf' || text === '-inf') return text;
  const score = Number(text);
  if (Number.isNaN(score)) throw new SyncError('REDIS_REPLY', 'unknown', 'ZSCAN: a score is not a number');
  return Object.is(score, -0) ? '-0' : String(score);
}
