import { JobQueue } from '@redis-to-mongo/job-queue';
import { freshNamespace, startRedis } from '@redis-to-mongo/local-stack';
import { connectMongo, markPaused, markResumed } from '@redis-to-mongo/mongo-sink';
import { NO_TLS } from '@redis-to-mongo/pipeline';
import { addressOfUrl, connectRedis } from '@redis-to-mongo/redis-connection';
import type { Document } from 'mongodb';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { type AppProcess, SCHEDULER, startApp, WORKER } from './app-process.js';
import { testMongoUri } from './test-mongo-uri.js';
import { until } from './until.js';

/** Half of the default, because many tests wait until a dead process's claims or lease end. */
const DEAD_AFTER_SEC = 5;

/** Schedulers and workers as processes, on a source, a queue and a database that only this test file uses. */
export type FleetUnderTest = Awaited<ReturnType<typeof fleetUnderTest>>;
type Env = Readonly<Record<string, string>>;

export async function fleetUnderTest() {
  const namespace = await freshNamespace({ mongoUri: testMongoUri() });
  const queueServer = await startRedis();
  const redis = connectRedis(addressOfUrl(namespace.redis.url), () => {});
  const queueRedis = connectRedis(addressOfUrl(queueServer.url), () => {});
  const queueSettings = {
    redis: addressOfUrl(queueServer.url),
    prefix: 'r2m',
    deadAfterMs: DEAD_AFTER_SEC * 1_000,
  };
  const queue = new JobQueue(queueSettings, () => {});
  const mongo = connectMongo({ uri: namespace.mongoUri, dbName: namespace.mongoDbName, tls: NO_TLS }, 'test');
  const { db } = mongo;
  const running: AppProcess[] = [];
  const env = {
    REDIS_URL: namespace.redis.url,
    QUEUE_REDIS_URL: queueServer.url,
    MONGO_URI: namespace.mongoUri,
    MONGO_DB_NAME: namespace.mongoDbName,
    SYNC_INTERVAL_SEC: '0.5',
    DEAD_AFTER_SEC: String(DEAD_AFTER_SEC),
  };
  const start = (main: string, more: Env = {}): AppProcess => {
    const app = startApp(main, { ...env, ...more });
    running.push(app);
    return app;
  };
  const stopAll = async () => void (await Promise.all(running.splice(0).map((app) => app.stop())));
  return {
    namespace,
    queueServer,
    redis,
    queueRedis,
    queue,
    db,
    env: env as Env,
    start,
    scheduler: (more?: Env) => start(SCHEDULER, more),
    worker: (more?: Env) => start(WORKER, more),
    key: async (key: string): Promise<Document | null> =>
      await db.collection<{ _id: string }>('keys').findOne({ _id: key }),
    /** The interval of a key's job scheduler, in ms; undefined if it has none. */
    everyMs: async (key: string) => (await queue.schedulers.of([key]))[0]?.everyMs,
    entries: async (key: string) => await db.collection('stream_messages').countDocuments({ stream: key }),
    /**
     * Adds an entry for every number from `from` to `upTo`, with the number as the time in
     * its id and as its field `n`.
     */
    fill: async (key: string, from: number, upTo: number) => {
      const pipeline = redis.pipeline();
      for (let ms = from; ms <= upTo; ms++) pipeline.xadd(key, `${ms}-0`, 'n', String(ms));
      await pipeline.exec();
    },
    /** Marks a key as paused in MongoDB. Waits for its document, which a stream gets after its entries. */
    pause: async (key: string) =>
      await until(async () =>
        expect(await markPaused(db, [key], new Date())).toEqual(new Map([[key, true]])),
      ),
    /** Ends a key's pause, in MongoDB only. `queue.request` makes it run. */
    resume: async (key: string) =>
      expect(await markResumed(db, [key], new Date())).toEqual(new Map([[key, true]])),
    /** The end of each process's output. */
    logs: () => running.map((app) => app.output().slice(-4_000)).join('\n──\n'),
    /** Stops the processes, and empties both Redis servers and the database. */
    clear: async () => {
      await stopAll();
      await redis.flushall();
      await queueRedis.flushall();
      await db.dropDatabase();
    },
    close: async () => {
      await stopAll();
      await queue.close();
      redis.disconnect();
      queueRedis.disconnect();
      await mongo.close();
      await queueServer.stop();
      await namespace.close();
    },
  };
}

/**
 * A fleet for all tests of a file. It is started before the first test, and cleared after each one. If a
 * test fails, its logs are printed. Call this before hooks that need the fleet, and after hooks that
 * must run after the clearing.
 */
export function fleetForTests(): FleetUnderTest {
  const fleet = {} as FleetUnderTest;
  beforeAll(async () => {
    Object.assign(fleet, await fleetUnderTest());
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail')
      console.log(`${task.name} failed; its processes said\n${fleet.logs()}`);
    await fleet.clear();
  });
  afterAll(async () => {
    await fleet.close();
  });
  return fleet;
}
