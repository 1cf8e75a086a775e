import { JobQueue } from '@redis-to-mongo/job-queue';
import { startTcpProxy, type TcpProxy } from '@redis-to-mongo/local-stack';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { addsUp, type LineUnderTest, lineUnderTest } from './line-under-test.js';
import { appEnv, startWorker, type WorkerProcess } from './worker-process.js';

let under: LineUnderTest;
let queue: JobQueue;
let toMongo: TcpProxy;
let toRedis: TcpProxy;
const running: WorkerProcess[] = [];

beforeAll(async () => {
  under = await lineUnderTest();
  toMongo = await startTcpProxy(Number(new URL(under.namespace.mongoUri).port));
  toRedis = await startTcpProxy(under.namespace.redis.port);
  const tls = { enabled: false, rejectUnauthorized: true };
  const redis = { url: under.namespace.redis.url, host: '', port: 0, db: 0, tls };
  queue = new JobQueue({ redis, prefix: 'r2m' }, () => {});
});
afterEach(async () => {
  for (const proxy of [toMongo, toRedis]) {
    proxy.set('pass');
    proxy.delay(0);
  }
  await Promise.all(running.splice(0).map((worker) => worker.stop()));
});
afterAll(async () => {
  await queue.close();
  await toMongo.close();
  await toRedis.close();
  await under.close();
});

/** Two workers whose every connection passes a proxy. */
function startBehindProxies(): void {
  const { namespace } = under;
  const mongoUri = new URL(namespace.mongoUri);
  mongoUri.port = String(toMongo.port);
  mongoUri.searchParams.set('directConnection', 'true');
  const env = appEnv(namespace, {
    MONGO_URI: mongoUri.href,
    REDIS_URL: `redis://127.0.0.1:${toRedis.port}`,
    MESSAGES_PER_STREAM: '100',
    SLICE_ENTRIES: '1000',
  });
  running.push(startWorker(env), startWorker(env));
}

async function written(key: string): Promise<number> {
  return await under.db.collection('stream_messages').countDocuments({ stream: key });
}

describe('a network that', () => {
  it.each([
    ['cuts the way to MongoDB', () => toMongo.set('cut')],
    ['cuts the way to Redis', () => toRedis.set('cut')],
    ['cuts both', () => [toMongo, toRedis].forEach((proxy) => void proxy.set('cut'))],
    ['swallows what is sent to MongoDB', () => toMongo.set('hang')],
    ['slows both', () => [toMongo, toRedis].forEach((proxy) => void proxy.delay(40))],
  ])('%s loses nothing and doubles nothing', async (name, disturb) => {
    const key = `network ${name}`;
    const pipeline = under.redis.pipeline();
    for (let i = 1; i <= 6000; i++) pipeline.xadd(key, `${i}-0`, 'n', String(i));
    await pipeline.exec();
    startBehindProxies();
    await queue.schedule([key], 500);
    for (const enough of [500, 2500]) {
      await vi.waitFor(async () => expect(await written(key)).toBeGreaterThan(enough), {
        timeout: 90_000,
        interval: 50,
      });
      disturb();
      const then = await written(key);
      // The disturbance must have met work under way; a slow network goes on, the others stand still or reconnect.
      await vi.waitFor(async () => expect((await written(key)) >= then).toBe(true), { timeout: 60_000 });
      for (const proxy of [toMongo, toRedis]) proxy.set('pass');
    }
    await vi.waitFor(
      async () => {
        const state = await under.db.collection<{ _id: string; lag: number }>('keys').findOne({ _id: key });
        expect(state).toMatchObject({ counts: { seen: 6000 }, lag: 0 });
      },
      { timeout: 120_000, interval: 250 },
    );
    expect((await under.messages(key)).map(({ entryId }) => Number.parseInt(entryId, 10))).toEqual(
      Array.from({ length: 6000 }, (_, i) => i + 1),
    );
    expect(addsUp(await under.state(key))).toBe(true);
    await queue.unschedule([key]);
  });
});
