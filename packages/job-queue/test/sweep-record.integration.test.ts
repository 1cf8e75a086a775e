import { startRedis } from '@redis-to-mongo/local-stack';
import { addressOfUrl } from '@redis-to-mongo/redis-connection';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { EVICTED, JobQueue } from '../src/index.js';

const MIB = 1024 * 1024;

/** Has the server evict some of a thousand keys that are none of the queue's. */
async function evictSome(redis: Redis, policy: string): Promise<void> {
  const pipeline = redis.pipeline();
  for (let i = 0; i < 1_000; i++) pipeline.set(`other:${i}`, 'x'.repeat(4_000), 'EX', 1_000);
  await pipeline.exec();
  const used = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
  await redis.config('SET', 'maxmemory-policy', policy, 'maxmemory', used - MIB);
  await redis.set('another', 'one').catch(() => {});
  await redis.config('SET', 'maxmemory', 0);
}

it('a sweep is due if the queue’s Redis has evicted keys since the last one began, where any key can be evicted', async () => {
  const server = await startRedis();
  const redis = new Redis(server.url);
  const queue = new JobQueue({ redis: addressOfUrl(server.url), prefix: 'evicting' }, () => {});
  const { sweeps } = queue;
  const isEvicting = async () => (await queue.facts()).isEvicting;
  const pending = async () => (await sweeps.read())?.pending;
  const sweep = async () => await sweeps.end(await sweeps.begin('all', ''));
  try {
    await sweep();
    await evictSome(redis, 'volatile-lru'); // the queue's own keys that count never expire
    expect(await redis.info('stats')).toMatch(/^evicted_keys:[1-9]/m);
    expect(await pending()).toBe('');
    await sweep();
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await sweep();
    expect(await pending()).toBe('');
    expect(await isEvicting()).toBe(false);
    await evictSome(redis, 'allkeys-lru');
    expect(await isEvicting()).toBe(true);
    expect([EVICTED, undefined]).toContain(await pending()); // the record may be among them: then one is due, too
    await sweep();
    expect(await pending()).toBe('');
    expect(await isEvicting()).toBe(false);
    await evictSome(redis, 'allkeys-lru');
    await redis.del('{evicting}:sweep');
    expect(await isEvicting()).toBe(true);
    await redis.config('SET', 'maxmemory-policy', 'noeviction');
    expect(await isEvicting()).toBe(false);
  } finally {
    redis.disconnect();
    await queue.close();
    await server.stop();
  }
});

it('a sweep is due if the record is of a time to come, since the clock of the queue’s Redis was set back', async () => {
  const server = await startRedis();
  const redis = new Redis(server.url);
  const queue = new JobQueue({ redis: addressOfUrl(server.url), prefix: 'set-back' }, () => {});
  const { sweeps } = queue;
  const sweep = async () => await sweeps.end(await sweeps.begin('all', 'changes were missed'));
  try {
    await sweep();
    expect(await sweeps.read()).toMatchObject({ pending: '' });
    for (const time of ['beganAt', 'endedAt', 'searchedUntil']) {
      await redis.hset('{set-back}:sweep', time, Date.now() + 86_400_000);
      expect((await sweeps.read())?.pending).toMatch(/clock/);
      expect((await queue.facts()).sweepPending).toMatch(/clock/);
      await sweep();
      expect(await sweeps.read()).toMatchObject({ pending: '' });
    }
  } finally {
    redis.disconnect();
    await queue.close();
    await server.stop();
  }
});
