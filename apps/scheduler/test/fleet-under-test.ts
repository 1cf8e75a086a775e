import { setTimeout as sleep } from 'node:timers/promises';
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
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';
import { type FleetProcess, SCHEDULER, startApp, WORKER } from './fleet-process.js';

/** Half of the default, since many tests wait for it: for what a dead process held to be free. */
const DEAD_AFTER_SEC = 5;

/** The options of a dashboard that `readyz` can ask. */
export const LOGIN = { DASHBOARD_PASSWORD: 's3cret', DASHBOARD_PORT: '0' };

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
  /** Adds an entry for every number from one to another, with the number as its id's time and as its field `n`. */
  fill(key: string, from: number, upTo: number): Promise<void>;
  /** Marks a key as paused in MongoDB. A stream's entries are there before its document is: it is waited for. */
  pause(key: string): Promise<void>;
  /** Ends a key's pause in MongoDB, and nothing else: `queue.request` has it run. */
  resume(key: string): Promise<void>;
  /** The end of what each process has printed. */
  logs(): string;
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
  const queueSettings = {
    redis: address(queueServer.url),
    prefix: 'r2m',
    deadAfterMs: DEAD_AFTER_SEC * 1_000,
  };
  const queue = new JobQueue(queueSettings, () => {});
  const mongo = connectMongo({ uri: namespace.mongoUri, dbName: namespace.mongoDbName, tls: TLS }, 'test');
  const { db } = mongo;
  const running: FleetProcess[] = [];
  const env = {
    REDIS_URL: namespace.redis.url,
    QUEUE_REDIS_URL: queueServer.url,
    MONGO_URI: namespace.mongoUri,
    MONGO_DB_NAME: namespace.mongoDbName,
    SYNC_INTERVAL_SEC: '0.5',
    DEAD_AFTER_SEC: String(DEAD_AFTER_SEC),
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
    fill: async (key, from, upTo) => {
      const pipeline = redis.pipeline();
      for (let ms = from; ms <= upTo; ms++) pipeline.xadd(key, `${ms}-0`, 'n', String(ms));
      await pipeline.exec();
    },
    pause: async (key) =>
      await until(async () => expect(await markPaused(db, key, new Date()), key).toBe(true)),
    resume: async (key) => expect(await markResumed(db, key, new Date()), key).toBe(true),
    logs: () => running.map((app) => app.output().slice(-4_000)).join('\n──\n'),
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
 * A fleet for all tests of a file, cleared after each of them; the logs of one that fails are shown. Hooks of the file that need it come after this call; those
 * that must come after its clearing, before.
 * @param made is given the fleet before the first test.
 */
export function fleetForTests(made: (fleet: FleetUnderTest) => void): void {
  let fleet: FleetUnderTest | undefined;
  beforeAll(async () => {
    fleet = await fleetUnderTest();
    made(fleet);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail')
      console.log(`${task.name} failed; its processes said\n${fleet?.logs()}`);
    await fleet?.clear();
  });
  afterAll(async () => {
    await fleet?.close();
  });
}

/** Waits until what is expected holds: often at first, then less, since looking costs the servers something, too. */
export async function until(expected: () => Promise<void> | void, timeout = 120_000): Promise<void> {
  const ends = performance.now() + timeout;
  for (let waitMs = 20; ; waitMs = Math.min(1.3 * waitMs, 250)) {
    try {
      await expected();
      return;
    } catch (error) {
      if (performance.now() > ends) throw error;
    }
    await sleep(waitMs);
  }
}

/** Waits until an app has printed something. */
export async function prints(app: FleetProcess, pattern: RegExp, timeout = 120_000): Promise<void> {
  await until(() => {
    if (!pattern.test(app.output())) throw new Error(`not printed: ${pattern}\n${app.output().slice(-3000)}`);
  }, timeout);
}

/** Where an app answers for its health and metrics, once it has started. */
async function addressOf(app: FleetProcess): Promise<string> {
  await prints(app, /"http":"http/);
  return /"http":"([^"]+)"/.exec(app.output())?.[1] ?? '';
}

/** What an app says of its readiness: the status and the body of its answer. A dashboard is asked with the login of LOGIN. */
export async function readyz(app: FleetProcess): Promise<string> {
  const authorization = `Basic ${Buffer.from(`admin:${LOGIN.DASHBOARD_PASSWORD}`).toString('base64')}`;
  const answer = await fetch(`${await addressOf(app)}/readyz`, { headers: { authorization } });
  return `${answer.status} ${await answer.text()}`;
}

/** What an app counts, once it has started: by names without `r2m_`, with the first label where there are more. */
export async function metricsOf(app: FleetProcess): Promise<(name: string) => number | undefined> {
  await prints(app, /(scheduler|worker) started/);
  const text = await (await fetch(`${await addressOf(app)}/metrics`)).text();
  return (name) => {
    const line = text.split('\n').find((each) => each.startsWith(`r2m_${name}`));
    return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ')));
  };
}
