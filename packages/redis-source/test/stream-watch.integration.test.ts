import { type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { StreamWatch } from '../src/watch/stream-watch.js';

let server: RedisServer;
let redis: Redis;
let watch: StreamWatch | undefined;
beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
});
afterEach(async () => {
  await watch?.close();
  await redis.flushall();
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

/** Watches; `onNews` is told as the fleet would be, and may say what others read. */
function begin(onNews: (keys: readonly string[]) => Promise<ReadonlySet<string> | undefined>): StreamWatch {
  watch = new StreamWatch({
    redis,
    connect: () => redis.duplicate(),
    onNews: async (keys) => (await onNews(keys)) ?? new Set(),
    onNotStream: async () => {},
    onError: () => {},
  });
  return watch;
}

const until = { timeout: 10_000, interval: 5 };

it('of one new entry or of several, the last one counts as told', async () => {
  const told: string[] = [];
  const watching = begin(async (keys) => {
    told.push(...keys);
    return undefined;
  });
  watching.add('orders', '0-0');
  await redis.xadd('orders', '1-0', 'n', '1');
  await vi.waitFor(() => expect(watching.lastTold('orders')).toBe('1-0'), until);
  await redis
    .multi()
    .xadd('orders', '2-0', 'n', '2')
    .xadd('orders', '3-0', 'n', '3')
    .xadd('orders', '4-0', 'n', '4')
    .exec();
  await vi.waitFor(() => expect(watching.lastTold('orders')).toBe('4-0'), until);
  await redis.xadd('orders', '5-0', 'n', '5');
  await vi.waitFor(() => expect(watching.lastTold('orders')).toBe('5-0'), until);
  expect(new Set(told)).toEqual(new Set(['orders']));
});

it('streams that change while others are told of are told of together', async () => {
  const others = Array.from({ length: 10 }, (_, i) => `stream:${i}`);
  const told: (readonly string[])[] = [];
  const watching = begin(async (keys) => {
    told.push(keys);
    if (told.length > 1) return undefined;
    for (const key of others) await redis.xadd(key, '1-0', 'n', '1');
    return undefined;
  });
  for (const key of ['first', ...others]) watching.add(key, '0-0');
  await redis.xadd('first', '1-0', 'n', '1');
  await vi.waitFor(() => expect(watching.lastTold('stream:9')).toBe('1-0'), until);
  expect(told.map((keys) => [...keys].sort())).toEqual([['first'], others]);
});

it('news that could not be told come again', async () => {
  let tries = 0;
  const watching = begin(async () => {
    tries++;
    if (tries < 3) throw new Error('nobody listens');
    return undefined;
  });
  watching.add('orders', '0-0');
  await redis.xadd('orders', '1-0', 'n', '1');
  await vi.waitFor(() => expect(watching.lastTold('orders')).toBe('1-0'), until);
  expect(tries).toBe(3);
});

it('a stream that somebody else reads rests, is told of again, and holds up no other one', async () => {
  const told: { key: string; at: number }[] = [];
  let isRead = true;
  const watching = begin(async (keys) => {
    told.push(...keys.map((key) => ({ key, at: Date.now() })));
    return isRead ? new Set(['read']) : undefined;
  });
  for (const key of ['read', 'other']) watching.add(key, '0-0');
  await redis.xadd('read', '1-0', 'n', '1');
  await vi.waitFor(() => expect(told).toHaveLength(1), until);
  expect(watching.lastTold('read')).toBe('0-0');
  await redis.xadd('other', '1-0', 'n', '1');
  await vi.waitFor(() => expect(watching.lastTold('other')).toBe('1-0'), until);
  isRead = false;
  await vi.waitFor(() => expect(watching.lastTold('read')).toBe('1-0'), until);
  const [first, second] = told.filter(({ key }) => key === 'read');
  expect(Number(second?.at) - Number(first?.at)).toBeGreaterThanOrEqual(1000);
});
