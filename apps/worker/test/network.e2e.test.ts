import { JobQueue } from '@redis-to-mongo/job-queue';
import { startTcpProxy, type TcpProxy } from '@redis-to-mongo/local-stack';
import { addressOfUrl } from '@redis-to-mongo/redis-connection';
import { addsUp, appEnv, lineForTests, startWorker } from '@redis-to-mongo/test-kit';
import { describe, expect, it, vi } from 'vitest';

const under = lineForTests();

interface Ways {
  readonly toMongo: TcpProxy;
  readonly toRedis: TcpProxy;
}

/** A queue of its own, and two workers on it whose every connection passes a proxy. */
async function startBehindProxies(prefix: string) {
  const { namespace } = under;
  const ways: Ways = {
    toMongo: await startTcpProxy(Number(new URL(namespace.mongoUri).port)),
    toRedis: await startTcpProxy(namespace.redis.port),
  };
  const mongoUri = new URL(namespace.mongoUri);
  mongoUri.port = String(ways.toMongo.port);
  mongoUri.searchParams.set('directConnection', 'true');
  const env = appEnv(namespace, {
    MONGO_URI: mongoUri.href,
    REDIS_URL: `redis://127.0.0.1:${ways.toRedis.port}`,
    QUEUE_PREFIX: prefix,
    MESSAGES_PER_STREAM: '100',
    SLICE_ENTRIES: '1000',
  });
  const redis = addressOfUrl(namespace.redis.url);
  const queue = new JobQueue({ redis, prefix }, () => {});
  const workers = [startWorker(env), startWorker(env)];
  const all = [ways.toMongo, ways.toRedis];
  return {
    ways,
    queue,
    pass: () => {
      for (const way of all) way.set('pass');
    },
    close: async () => {
      for (const way of all) {
        way.set('pass');
        way.delay(0);
      }
      await Promise.all(workers.map((worker) => worker.stop()));
      await queue.close();
      await Promise.all(all.map((way) => way.close()));
    },
  };
}

/** How many entries are in MongoDB and counted by the position. */
async function saved(key: string): Promise<number> {
  const keys = under.db.collection<{ _id: string; counts: { seen: number } }>('keys');
  return (await keys.findOne({ _id: key }))?.counts.seen ?? 0;
}

// Each waits most of its time for connections to be made anew.
describe.concurrent('a network that', () => {
  it.each<[string, (ways: Ways) => void]>([
    ['cuts the way to MongoDB', ({ toMongo }) => toMongo.set('cut')],
    ['cuts the way to Redis', ({ toRedis }) => toRedis.set('cut')],
    ['cuts both', ({ toMongo, toRedis }) => [toMongo, toRedis].forEach((way) => void way.set('cut'))],
    ['swallows what is sent to MongoDB', ({ toMongo }) => toMongo.set('hang')],
    ['slows both', ({ toMongo, toRedis }) => [toMongo, toRedis].forEach((way) => void way.delay(40))],
  ])('%s loses nothing and doubles nothing', async (name, disturb) => {
    const key = `network ${name}`;
    const pipeline = under.redis.pipeline();
    for (let i = 1; i <= 6000; i++) pipeline.xadd(key, `${i}-0`, 'n', String(i));
    await pipeline.exec();
    const { ways, queue, pass, close } = await startBehindProxies(name);
    try {
      // Slow enough that each disturbance meets work under way.
      ways.toMongo.delay(10);
      await queue.schedulers.set([key], 500);
      for (const enough of [500, 2500]) {
        await vi.waitFor(async () => expect(await saved(key)).toBeGreaterThan(enough), {
          timeout: 200_000,
          interval: 50,
        });
        disturb(ways);
        expect(await saved(key)).toBeLessThan(6_000);
        pass();
      }
      await vi.waitFor(
        async () => {
          const state = await under.db.collection<{ _id: string; lag: number }>('keys').findOne({ _id: key });
          expect(state).toMatchObject({ counts: { seen: 6000 }, lag: 0 });
        },
        { timeout: 200_000, interval: 250 },
      );
      expect((await under.messages(key)).map(({ entryId }) => Number.parseInt(entryId, 10))).toEqual(
        Array.from({ length: 6000 }, (_, i) => i + 1),
      );
      expect(addsUp(await under.state(key))).toBe(true);
    } finally {
      await close();
    }
  });
});
