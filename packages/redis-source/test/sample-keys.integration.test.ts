import { type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import { sampleKeys } from '@redis-to-mongo/redis-source';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';

let server: RedisServer;
let redis: Redis;
beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
  const names = Array.from({ length: 2_000 }, (_none, i) => `${i % 4 === 0 ? 'other' : 'mine'}:${i}`);
  await redis.mset(names.flatMap((name) => [name, 'x']));
  await redis.zadd('mine:scores', 1, 'a');
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const mine = (key: string) => key.startsWith('mine:');

it('picks some of the keys of interest, and says about how many there are', async () => {
  const { total, keys } = await sampleKeys(redis, mine, { few: 100, most: 1_000 });
  expect(keys.length).toBeGreaterThan(600);
  expect(keys.length).toBeLessThan(900);
  expect(new Set(keys.map(({ key }) => key)).size).toBeGreaterThan(300);
  expect(keys.every(({ key }) => mine(key))).toBe(true);
  expect(new Set(keys.map(({ keyType }) => keyType))).toContain('string');
  expect(total).toBeGreaterThan(1_200);
  expect(total).toBeLessThan(1_800);
});

it('picks none where there are few', async () => {
  expect(await sampleKeys(redis, mine, { few: 5_000, most: 100 })).toEqual({ total: 0, keys: [] });
});
