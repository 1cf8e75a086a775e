import { type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import { addressOfUrl } from '@redis-to-mongo/redis-connection';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectRedis } from '../src/index.js';
import { whyNotRaw } from '../src/raw-connection.js';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(async () => {
  await server.stop();
});

it('a raw connection is not made of one that is not built as expected', async () => {
  const redis = connectRedis(addressOfUrl(server.url), () => {});
  await redis.ping();
  expect(whyNotRaw(redis)).toBeUndefined();
  const pending = redis.ping();
  expect(whyNotRaw(redis)).toMatch(/list of commands/);
  await pending;
  redis.stream.on('data', () => {});
  expect(whyNotRaw(redis)).toMatch(/listener/);
  const { stream } = redis;
  Reflect.set(redis, 'stream', undefined);
  expect(whyNotRaw(redis)).toMatch(/socket/);
  Reflect.set(redis, 'stream', stream);
  redis.disconnect();
});
