import { type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import { connectRedis } from '@redis-to-mongo/redis-connection';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Claims, JobQueue, JobWorker, type QueueSettings } from '../src/index.js';

const NONE = { enabled: false, rejectUnauthorized: true };
const until = { timeout: 10_000, interval: 20 };

let server: RedisServer;
let settings: QueueSettings;
let redis: ReturnType<typeof connectRedis>;
let queue: JobQueue;
let claims: Claims;
const errors: Error[] = [];
const onError = (error: Error) => void errors.push(error);
beforeAll(async () => {
  server = await startRedis();
  settings = { redis: { host: '127.0.0.1', port: server.port, db: 0, tls: NONE }, prefix: 'together' };
  redis = connectRedis(settings.redis, onError);
});
beforeEach(() => {
  queue = new JobQueue(settings, onError);
  claims = new Claims(settings, onError);
});
afterEach(async () => {
  claims.close();
  await queue.close();
  await redis.flushall();
  expect(errors.splice(0)).toEqual([]);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

/** The keys that the waiting jobs carry, job by job, the oldest first. */
async function waiting(): Promise<unknown[]> {
  const jobs = await queue.queue.getJobs(['waiting'], 0, -1, true);
  return jobs.map(({ data }) => data);
}

function workerOf(run: (key: string) => Promise<void>, failures: unknown[] = []): JobWorker {
  const worker = new JobWorker(settings, run, {
    concurrency: 4,
    onError,
    onFailed: (key, error) => void failures.push([key, error.message]),
    tryAgain: (key) => queue.tryAgain(key),
  });
  void worker.run();
  return worker;
}

describe('keys that are woken together', () => {
  it('are in one job, at most 16 of them, and are owed', async () => {
    const keys = Array.from({ length: 20 }, (_, i) => `key:${i}`);
    await queue.wakeTogether(keys);
    expect(await waiting()).toEqual([{ keys: keys.slice(0, 16) }, { keys: keys.slice(16) }]);
    expect((await queue.owedKeys(0, 100)).sort()).toEqual([...keys].sort());
  });

  it('are not woken again while a job waits for them, and are once one has begun', async () => {
    await queue.wakeTogether(['a', 'b']);
    await queue.wakeTogether(['b', 'c']);
    await queue.wakeTogether(['a', 'b', 'c']);
    expect(await waiting()).toEqual([{ keys: ['a', 'b'] }, { keys: ['c'] }]);
    await claims.during('b', async () => {
      await queue.wakeTogether(['a', 'b', 'c']);
    });
    expect(await waiting()).toEqual([{ keys: ['a', 'b'] }, { keys: ['c'] }, { keys: ['b'] }]);
  });

  it('are woken again too when another worker has the key: that one may not see the change', async () => {
    await claims.during('a', async () => {
      await queue.wakeTogether(['a']);
      expect(await claims.during('a', async () => {})).toEqual({ claim: 'busy' });
      await queue.wakeTogether(['a']);
      expect(await waiting()).toEqual([{ keys: ['a'] }, { keys: ['a'] }]);
    });
  });

  it('are not taken for woken when their job could not be added', async () => {
    const id = queue.queue.toKey('id');
    await redis.set(id, 'no number');
    await expect(queue.wakeTogether(['a'])).rejects.toThrow();
    await redis.del(id);
    await queue.wakeTogether(['a']);
    await queue.wakeTogether(['a']);
    expect(await waiting()).toEqual([{ keys: ['a'] }]);
  });

  it('fare each on its own: the one that fails is tried again alone, at most once at a time', async () => {
    const ran: string[] = [];
    const failures: unknown[] = [];
    await queue.wakeTogether(['good', 'bad', 'fine']);
    const worker = workerOf(async (key) => {
      ran.push(key);
      if (key === 'bad' && ran.filter((name) => name === key).length <= 2) throw new Error('not now');
    }, failures);
    try {
      await vi.waitFor(() => expect(ran.filter((key) => key === 'bad')).toHaveLength(3), until);
      await vi.waitFor(
        async () => expect(await queue.depth()).toMatchObject({ active: 0, delayed: 0 }),
        until,
      );
    } finally {
      await worker.close();
    }
    expect(ran.slice(0, 3).sort()).toEqual(['bad', 'fine', 'good']);
    expect(ran.slice(3)).toEqual(['bad', 'bad']);
    expect(failures).toEqual([
      ['bad', 'not now'],
      ['bad', 'not now'],
    ]);
    expect(await queue.queue.getFailedCount()).toBe(0);
  });

  it('are still woken after the server has forgotten all scripts', async () => {
    await queue.wakeTogether(['a']);
    await redis.script('FLUSH');
    await queue.wakeTogether(['b']);
    expect(await claims.during('a', async () => 'done')).toMatchObject({ claim: 'granted', result: 'done' });
    expect(await queue.owedKeys(0, 10)).toEqual(['b']);
  });
});
