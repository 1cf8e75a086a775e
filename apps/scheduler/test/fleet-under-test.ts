import { JobQueue } from '@redis-to-mongo/job-queue';
import {
  type FreshNamespace,
  freshNamespace,
  type RedisServer,
  startRedis,
} from '@redis-to-mongo/local-stack';
import { connectMongo, markPaused, markResumed } from '@redis-to-mongo/mongo-sink';
import { connectRedis } from '@redis-to-mongo/redis-connection';
import type { Db, Document } from 'mongodb';
import { expect, inject, vi } from 'vitest';
import { type FleetProcess, SCHEDULER, startApp, WORKER } from './fleet-process.js';

const TLS = { enabled: false, rejectUnauthorized: true };

/** Schedulers and workers as processes, on a source, a queue and a database of the test file's own. */
export interface FleetUnderTest {
  readonly namespace: FreshNamespace;
  readonly queueServer: RedisServer;
  readonly redis: ReturnType<typeof connectRedis>;
  readonly queueRedis: ReturnType<typeof connectRedis>;
  readonly queue: JobQueue;
  readonly db: Db;
  readonly env: Readonly<Record<string, string>>;
  start(main: string, more?: Readonly<Record<string, string>>): FleetProcess;
  scheduler(more?: Readonly<Record<string, string>>): FleetProcess;
  worker(more?: Readonly<Record<string, string>>): FleetProcess;
  key(key: string): Promise<Document | null>;
  /** The interval of a key's job scheduler, in ms; undefined while it has none. */
  everyMs(key: string): Promise<number | undefined>;
  entries(key: string): Promise<number>;
  /** Marks a key as paused in MongoDB. A stream's entries are there before its document is: it is waited for. */
  pause(key: string): Promise<void>;
  /** Ends a key's pause in MongoDB, and nothing else: `queue.request` has it run. */
  resume(key: string): Promise<void>;
  /** Stops the processes, and empties both Redises and the database. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

export async function fleetUnderTest(): Promise<FleetUnderTest> {
  const namespace = await freshNamespace({ mongoUri: inject('mongoUri') });
  const queueServer = await startRedis();
  const address = (url: string) => ({ url, host: '', port: 0, db: 0, tls: TLS });
  const redis = connectRedis(address(namespace.redis.url), () => {});
  const queueRedis = connectRedis(address(queueServer.url), () => {});
  const queue = new JobQueue({ redis: address(queueServer.url), prefix: 'r2m' }, () => {});
  const mongo = connectMongo({ uri: namespace.mongoUri, dbName: namespace.mongoDbName, tls: TLS }, 'test');
  const { db } = mongo;
  const running: FleetProcess[] = [];
  const env = {
    REDIS_URL: namespace.redis.url,
    QUEUE_REDIS_URL: queueServer.url,
    MONGO_URI: namespace.mongoUri,
    MONGO_DB_NAME: namespace.mongoDbName,
    SYNC_INTERVAL_SEC: '0.5',
  };
  const start: FleetUnderTest['start'] = (main, more = {}) => {
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
    env,
    start,
    scheduler: (more) => start(SCHEDULER, more),
    worker: (more) => start(WORKER, more),
    key: async (key) => await db.collection<{ _id: string }>('keys').findOne({ _id: key }),
    everyMs: async (key) => (await queue.schedulers.of([key]))[0]?.everyMs,
    entries: async (key) => await db.collection('stream_messages').countDocuments({ stream: key }),
    pause: async (key) =>
      await until(async () => expect(await markPaused(db, key, new Date()), key).toBe(true)),
    resume: async (key) => expect(await markResumed(db, key, new Date()), key).toBe(true),
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

/** Waits until what is expected holds. */
export async function until(expected: () => Promise<void> | void, timeout = 60_000): Promise<void> {
  await vi.waitFor(expected, { timeout, interval: 50 });
}

/** Waits until an app has printed something. */
export async function prints(app: FleetProcess, pattern: RegExp, timeout = 60_000): Promise<void> {
  await until(() => {
    if (!pattern.test(app.output())) throw new Error(`not printed: ${pattern}\n${app.output().slice(-3000)}`);
  }, timeout);
}

/** What an app counts, once it has started: by names without `r2m_`, with the first label where there are more. */
export async function metricsOf(app: FleetProcess): Promise<(name: string) => number | undefined> {
  await prints(app, /(scheduler|worker) started/);
  const [, address] = /"http":"([^"]+)"/.exec(app.output()) ?? [];
  const text = await (await fetch(`http://${address?.replace(/^https?:\/\//, '')}/metrics`)).text();
  return (name) => {
    const line = text.split('\n').find((each) => each.startsWith(`r2m_${name}`));
    return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ')));
  };
}
