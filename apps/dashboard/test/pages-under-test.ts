import { describeConfig, loadConfig } from '@redis-to-mongo/config';
import { FleetIdentity, readFacts } from '@redis-to-mongo/fleet-status';
import { type Heartbeat, HeartbeatSender, JobQueue, JobWorker, Lease } from '@redis-to-mongo/job-queue';
import {
  type FreshNamespace,
  freshNamespace,
  startTcpProxy,
  type TcpProxy,
} from '@redis-to-mongo/local-stack';
import {
  connectMongo,
  countKeys,
  type MongoHandle,
  prepareDatabase,
  readAudit,
  readKey,
  readKeyPage,
  readKeySummaries,
  readStatus,
  watchKey,
  writeHistory,
} from '@redis-to-mongo/mongo-sink';
import { openLine, syncToEnd } from '@redis-to-mongo/operations';
import { NO_TLS } from '@redis-to-mongo/pipeline';
import { connectRedis } from '@redis-to-mongo/redis-connection';
import { testMongoUri } from '@redis-to-mongo/test-kit';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { DashboardOptions } from '../src/dashboard-options.js';
import { explainKey } from '../src/keys/key-detail.js';
import { keyValuesReader } from '../src/keys/key-values.js';
import { actionsOn } from '../src/keys/run-action.js';
import { lettersOf } from '../src/letters/letters-of.js';
import { recordsOf } from '../src/records/records.js';
import { FleetPoller } from '../src/status/fleet-poller.js';
import { logInOnce, type OpenPage, openPage, startBrowser } from './a-browser.js';
import { aDashboard, queueAt } from './a-dashboard.js';
import { someKeys } from './some-keys.js';

export const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
export const DARK = { colorScheme: 'dark' } as const;

const ABOUT = { version: '0.1.0', uptimeSec: 90_061, memoryBytes: 187_000_000, eventLoopLagMs: 4 };
const BEATS: readonly Heartbeat[] = [
  {
    app: 'worker',
    state: 'active',
    about: { ...ABOUT, host: 'node-2', pid: 4711 },
    work: { jobs: 3, entriesPerSec: 1234.5, keysPerSec: 87 },
  },
  { app: 'scheduler', state: 'active', searchedMs: 0, about: { ...ABOUT, host: 'node-1', pid: 12 } },
  { app: 'scheduler', state: 'standby', about: { ...ABOUT, host: 'node-2', pid: 13 } },
];

/** A dashboard in a browser, on real servers that hold some keys, with a fleet's heartbeats. */
export interface PagesUnderTest {
  browser: Browser;
  mongo: MongoHandle;
  dashboard: Awaited<ReturnType<typeof aDashboard>>;
  proxy: TcpProxy;
  address: string;
  readonly keys: () => ReturnType<typeof keysOf>;
  /** Makes a history of a day, and some actions of operators. */
  readonly remember: () => Promise<void>;
  /** Has MongoDB refuse so many entries of the stream `refused`, since one has taken their place in an index. */
  readonly refuse: (entries: number) => Promise<void>;
  /** Another dashboard on the same servers, reached through a proxy that can be cut. */
  readonly serve: (more?: Partial<DashboardOptions>) => Promise<{
    readonly dashboard: Awaited<ReturnType<typeof aDashboard>>;
    readonly proxy: TcpProxy;
    readonly address: string;
  }>;
  /** Opens a page with the login that all share: only so many may log in within a minute. */
  readonly open: (path: string, options?: BrowserContextOptions) => Promise<OpenPage>;
}

function keysOf(mongo: MongoHandle) {
  return mongo.db.collection<{ _id: string }>('keys');
}

/** To be called within a `describe`. */
export function pagesUnderTest(executablePath: string | undefined): PagesUnderTest {
  let space: FreshNamespace;
  let worker: JobWorker;
  /** What the fleet's processes are seen by. */
  let queue: JobQueue;
  let lease: Lease;
  let source: ReturnType<typeof connectRedis>;
  let login: Awaited<ReturnType<typeof logInOnce>>;
  const hearts: HeartbeatSender[] = [];
  const under = {
    keys: () => keysOf(under.mongo),
    remember: async () => {
      const { db } = under.mongo;
      await watchKey(db, 'shop:7');
      const day = { ...{ keysPerSec: 40, waiting: 0, workers: 2, schedulers: 2 }, behindMs: 400 };
      for (let i = 0; i < 40; i++) {
        const wave = Math.sin(i / 5) + 1;
        const at = new Date(Date.now() - (40 - i) * 30 * 60_000);
        const sample = {
          lag: Math.round(wave * 400),
          entriesPerSec: wave * 900,
          due: i % 5,
          lost: i === 9 ? 12 : 0,
        };
        await writeHistory(db, { ...day, ...sample, level: 'complete', at }, [], 14 * 86_400_000);
      }
      const book = recordsOf(db, 'admin', 86_400_000, { warn: () => {} }).book('10.0.0.7');
      await book.note({ action: 'pause', key: 'shop:7', filter: 'keys?q=shop', result: 'Paused.' });
      await book.note({ action: 'resume', key: 'shop:7', result: 'Resumed.' });
      await book.flush();
    },
    refuse: async (entries) => {
      const { db } = under.mongo;
      await db.collection('stream_messages').createIndex({ 'content.n': 1 }, { unique: true, sparse: true });
      for (let i = 0; i <= entries; i++)
        await source.xadd('refused', `${1_767_323_045_000 + i}-0`, 'n', 's3cret');
      const { line, slice } = await openLine(loadConfig({ env: {}, argv: [] }), db, source);
      await syncToEnd(line, 'refused', slice, () => {});
    },
    serve: (more = {}) => serve(more),
    open: (path, options = {}) =>
      openPage(under.browser, under.address + path, { storageState: login, ...options }),
  } as PagesUnderTest;

  beforeAll(async () => {
    space = await freshNamespace({ mongoUri: testMongoUri() });
    under.mongo = connectMongo(
      { uri: space.mongoUri, dbName: space.mongoDbName, tls: NO_TLS },
      'test of the pages',
    );
    await prepareDatabase(under.mongo.db);
    await under.keys().insertMany(someKeys(Date.now()));
    const handlers = {
      concurrency: 1,
      onError: () => undefined,
      onFailed: () => undefined,
      onRefused: () => undefined,
      retryLater: async () => {},
    };
    worker = new JobWorker(queueAt(space.redis.url), async () => new Map(), handlers);
    void worker.run();
    queue = new JobQueue(queueAt(space.redis.url), () => undefined);
    lease = new Lease(queueAt(space.redis.url), 'scheduler', 600_000, () => undefined);
    await lease.hold();
    for (const beat of BEATS)
      hearts.push(
        new HeartbeatSender(
          queue,
          () => beat,
          () => undefined,
        ),
      );
    source = connectRedis(queueAt(space.redis.url).redis, () => undefined);
    const served = await serve({});
    under.dashboard = served.dashboard;
    under.proxy = served.proxy;
    under.address = served.address;
    under.browser = await startBrowser(executablePath ?? '');
    login = await logInOnce(under.browser, under.address);
  });
  afterEach(async () => {
    for (const context of under.browser.contexts()) await context.close();
  });
  afterAll(async () => {
    await under.browser?.close();
    await under.proxy?.close();
    await under.dashboard?.close();
    await worker?.close(true);
    for (const heart of hearts) await heart.close();
    await lease?.close();
    await queue?.close();
    source?.disconnect();
    await under.mongo?.close();
    await space?.close();
  });

  async function serve(more: Partial<DashboardOptions>) {
    const { db } = under.mongo;
    const config = loadConfig({ env: {}, argv: [] });
    const line = async () => (await openLine(config, db, source)).line;
    const { redis: sourceAddress } = queueAt(space.redis.url);
    const identity = new FleetIdentity({ queue, db, source, address: sourceAddress });
    const made = await aDashboard(space.redis.url, {
      poller: new FleetPoller({
        readFacts: () => readFacts({ queue, db, source, identity }),
        readSums: () => readStatus(db),
        onError: () => undefined,
      }),
      keys: {
        readKey: (key) => readKey(db, key),
        readSummaries: (names) => readKeySummaries(db, names),
        readPage: (query) => readKeyPage(db, query),
        countKeys: (query, most) => countKeys(db, query, most),
        nextRuns: (names) => made.queue.schedulers.nextRuns(names),
        explain: (state) => explainKey(config, db, state),
        readValues: keyValuesReader(config, { db, redis: source }),
        readActions: async (key) => (await readAudit(db, { key, limit: 10 })).entries,
      },
      letters: lettersOf(db, queue),
      configuration: describeConfig(config),
      records: recordsOf(db, 'admin', 86_400_000, { warn: (message) => expect(message).toBe('') }),
      runAction: async (asked) => await actionsOn({ db, queue: made.queue, line })(asked),
      ...more,
    });
    await made.queue.schedulers.set(['shop:7'], 3_600_000);
    const own = await made.server.listen({ host: '127.0.0.1', port: 0 });
    const between = await startTcpProxy(Number(new URL(own).port));
    return { dashboard: made, proxy: between, address: `http://127.0.0.1:${between.port}` };
  }
  return under;
}
