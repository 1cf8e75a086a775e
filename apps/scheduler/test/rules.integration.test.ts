import { JobQueue, schedulerId } from '@redis-to-mongo/job-queue';
import { type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import { RuleBook } from '@redis-to-mongo/pipeline';
import { connectRedis } from '@redis-to-mongo/redis-connection';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ActiveScheduler } from '../src/active-scheduler.js';

let server: RedisServer;
let redis: ReturnType<typeof connectRedis>;
let queue: JobQueue;
beforeAll(async () => {
  server = await startRedis();
  const address = {
    url: server.url,
    host: '',
    port: 0,
    db: 0,
    tls: { enabled: false, rejectUnauthorized: true },
  };
  redis = connectRedis(address, () => {});
  queue = new JobQueue({ redis: address, prefix: 'r2m' }, () => {});
});
afterAll(async () => {
  redis.disconnect();
  await queue.close();
  await server.stop();
});

it('gives each key the interval of its rule, of rules that replace others too', async () => {
  const rules = new RuleBook([
    { pattern: 'slow*', intervalMs: 5000 },
    { pattern: '*', types: ['set'], intervalMs: 250 },
  ]);
  const scheduler = new ActiveScheduler({
    redis,
    connect: () => redis,
    queue,
    db: 0,
    wanted: (key) => !key.startsWith('{r2m}'),
    types: ['stream', 'set'],
    intervalMs: 1000,
    idleIntervalMs: 60_000,
    rules,
    wakesUp: false,
    activeKeys: async function* () {},
    pausedKeys: async () => new Set(),
    isActive: async () => true,
    onError: () => {},
  });
  await redis.xadd('slow', '*', 'a', '1');
  await redis.xadd('other', '*', 'a', '1');
  await redis.sadd('set', 'a');
  const intervals = async () => await queue.intervals(['slow', 'other', 'set'].map(schedulerId));
  await scheduler.pass();
  expect(await intervals()).toEqual([5000, 1000, 250]);
  rules.replace([{ pattern: 'other', intervalMs: 3000 }]);
  await scheduler.adjust();
  expect(await intervals()).toEqual([1000, 3000, 1000]);
  await scheduler.close();
});
