import { Buffer } from 'node:buffer';
import type { connectRedis } from '@redis-to-mongo/redis-connection';

type Redis = ReturnType<typeof connectRedis>;

const bytes = (length: number, seed: number) =>
  Buffer.from(Array.from({ length }, (_, i) => (i * seed) % 256));

/** Fills a Redis with every key type there is, small and large, with names and values that are hard to keep. */
export async function fillAllKinds(redis: Redis): Promise<void> {
  for (let i = 0; i < 1200; i++)
    await redis.xadd('orders', `${1000 + i}-${i % 3}`, 'n', String(i), 'n', 'twice');
  await redis.xadd('odd', '7-0', '', 'no name', '$a.b', 'x', bytes(9, 251), bytes(300, 7));
  await redis.xadd('odd', '18446744073709551615-1', 'n', 'beyond any date');
  await redis.xadd('deleted-from', '5-0', 'a', 'b');
  await redis.xadd('deleted-from', '6-0', 'a', 'b');
  await redis.xdel('deleted-from', '6-0');
  await redis.xadd('emptied', '5-0', 'a', 'b');
  await redis.xdel('emptied', '5-0');
  await redis.pexpireat('deleted-from', 4102444800000);
  await redis.xadd(bytes(12, 201), '1-1', 'in', 'a key that is not text');
  await redis.sadd('tags', 'a', 'b', bytes(40, 99), '');
  await redis.sadd('many-tags', ...Array.from({ length: 900 }, (_, i) => `member ${i}`));
  await redis.zadd(
    'scores',
    1.1,
    'a',
    '-inf',
    'b',
    'inf',
    'c',
    '-0',
    'd',
    0.1 + 0.2,
    'e',
    2 ** 53,
    bytes(5, 77),
  );
  await redis.zadd('many-scores', ...Array.from({ length: 900 }, (_, i) => [i / 7, `m${i}`]).flat());
  await redis.hset('prices', 'apple', '1.20', '', 'no name', 'a.$b', bytes(30, 13), '7', 'seven');
  await redis.hset('many-prices', ...Array.from({ length: 900 }, (_, i) => [`f${i}`, `v${i}`]).flat());
  await redis.rpush('jobs', 'b', 'a', 'b', bytes(20, 31), '');
  await redis.rpush('many-jobs', ...Array.from({ length: 900 }, (_, i) => `job ${i % 40}`));
  await redis.set('counter', '9007199254740993');
  await redis.set('blob', bytes(5000, 17));
  await redis.set('long', bytes(3 << 20, 37));
  await redis.set('empty', '');
  await redis.set('passing', 'x', 'PXAT', 4102444800000);
}

/** All that a Redis holds, key by key, read with other commands than the fleet's. */
export async function contentOf(redis: Redis): Promise<Record<string, unknown>> {
  const content: Record<string, unknown> = {};
  for (const key of await redis.keysBuffer('*')) {
    if (key.toString().startsWith('{r2m}:')) continue; // the queue's own
    const type = await redis.type(key);
    content[key.toString('hex')] = [type, await redis.pexpiretime(key), await valueIn(redis, key, type)];
  }
  return content;
}

async function valueIn(redis: Redis, key: Buffer, type: string): Promise<unknown> {
  switch (type) {
    case 'stream': {
      const info = (await redis.xinfo('STREAM', key)) as unknown[];
      const lastId = info[info.indexOf('last-generated-id') + 1];
      return [lastId, hex(await redis.xrevrangeBuffer(key, '+', '-'))];
    }
    case 'set':
      return hex(await redis.smembersBuffer(key)).sort();
    case 'zset':
      return hex(await redis.zrevrangeBuffer(key, 0, -1, 'WITHSCORES'));
    case 'hash': {
      const fields = await redis.hkeysBuffer(key);
      const values = await redis.hmgetBuffer(key, ...fields);
      return fields.map((field, i) => `${field.toString('hex')}=${values[i]?.toString('hex')}`).sort();
    }
    case 'list':
      return hex(await redis.lrangeBuffer(key, 0, -1));
    case 'string':
      return (await redis.getBuffer(key))?.toString('hex');
    default:
      throw new Error(`a ${type} in the tests' Redis`);
  }
}

/** Buffers at any depth as hexadecimal digits. */
function hex(value: unknown): string[] {
  return Array.isArray(value)
    ? value.flatMap(hex)
    : [Buffer.isBuffer(value) ? value.toString('hex') : String(value)];
}
