import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JobQueue } from '@redis-to-mongo/job-queue';
import { type MongoServer, type RedisServer, startMongo, startRedis } from '@redis-to-mongo/local-stack';
import { connectMongo, type MongoHandle } from '@redis-to-mongo/mongo-sink';
import { NO_TLS } from '@redis-to-mongo/pipeline';
import { addressOfUrl, connectRedis } from '@redis-to-mongo/redis-connection';
import { type AppProcess, appEnv, startWorker } from '@redis-to-mongo/test-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

const PASSWORD = 'top-secret-4711';

let redisServer: RedisServer;
let redis: ReturnType<typeof connectRedis>;
let queue: JobQueue;
const running: AppProcess[] = [];
let dbName: string;
let tests = 0;

beforeAll(async () => {
  redisServer = await startRedis();
  const address = addressOfUrl(redisServer.url);
  redis = connectRedis(address, () => {});
  queue = new JobQueue({ redis: address, prefix: 'r2m' }, () => {});
});
beforeEach(() => {
  dbName = `servers_${tests++}`;
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((worker) => worker.stop()));
  await redis.flushall();
});
afterAll(async () => {
  await queue.close();
  redis.disconnect();
  await redisServer.stop();
});

function start(mongoUri: string, more: Record<string, string> = {}): AppProcess {
  const namespace = { redis: redisServer, mongoUri, mongoDbName: dbName, close: async () => {} };
  const worker = startWorker(appEnv(namespace, more));
  running.push(worker);
  return worker;
}

async function fill(key: string, from: number, to: number): Promise<void> {
  const pipeline = redis.pipeline();
  for (let ms = from; ms <= to; ms++) pipeline.xadd(key, `${ms}-0`, 'n', String(ms), 'text', 'x'.repeat(100));
  await pipeline.exec();
}

async function prints(worker: AppProcess, pattern: RegExp): Promise<void> {
  await vi.waitFor(() => expect(worker.output()).toMatch(pattern), { timeout: 60_000, interval: 100 });
}

async function isMirrored(mongo: MongoHandle, key: string, entries: number): Promise<void> {
  const messages = mongo.db.collection('stream_messages');
  await vi.waitFor(async () => expect(await messages.countDocuments({ stream: key })).toBe(entries), {
    timeout: 90_000,
    interval: 250,
  });
  // The position follows the entries.
  const keys = mongo.db.collection<{ _id: string; counts: { seen: number } }>('keys');
  await vi.waitFor(
    async () => expect((await keys.findOne({ _id: key }))?.counts.seen).toBeGreaterThanOrEqual(entries),
    { timeout: 60_000, interval: 100 },
  );
}

describe('MongoDB', () => {
  it('may be down when the worker starts', async () => {
    const mongo = await startMongo();
    try {
      await mongo.kill();
      const worker = start(mongo.uri);
      await queue.schedulers.set(['early'], 500);
      await fill('early', 1, 100);
      await prints(worker, /waiting for .*MONGO_UNAVAILABLE/);
      // It is a worker that waits, not a lack of workers.
      await vi.waitFor(
        async () =>
          expect((await queue.facts()).processes).toContainEqual(
            expect.objectContaining({
              app: 'worker',
              is: 'alive',
              retrying: expect.objectContaining({ code: 'MONGO_UNAVAILABLE' }),
            }),
          ),
        { timeout: 30_000, interval: 200 },
      );
      await mongo.restart();
      const client = connectMongo({ uri: mongo.uri, dbName, tls: NO_TLS }, 'test');
      await isMirrored(client, 'early', 100);
      await client.close();
      expect(worker.process.exitCode).toBeNull();
    } finally {
      await mongo.stop();
    }
  });

  it('may be killed in the middle of the work, twice', async () => {
    const mongo = await startMongo();
    const client = connectMongo({ uri: mongo.uri, dbName, tls: NO_TLS }, 'test');
    try {
      await fill('restarted', 1, 20_000);
      start(mongo.uri, { MESSAGES_PER_STREAM: '500', SLICE_ENTRIES: '2000' });
      await queue.schedulers.set(['restarted'], 500);
      for (const enough of [2_000, 8_000]) {
        await vi.waitFor(
          async () =>
            expect(await client.db.collection('stream_messages').estimatedDocumentCount()).toBeGreaterThan(
              enough,
            ),
          { timeout: 120_000, interval: 20 },
        );
        await mongo.kill();
        await mongo.restart();
      }
      await isMirrored(client, 'restarted', 20_000);
      const ids = await client.db
        .collection('stream_messages')
        .find({ stream: 'restarted' }, { projection: { entryId: 1 } })
        .sort({ _id: 1 })
        .map(({ entryId }) => Number.parseInt(entryId, 10))
        .toArray();
      expect(ids).toEqual(Array.from({ length: 20_000 }, (_, i) => i + 1));
      await vi.waitFor(
        async () => {
          const state = await client.db.collection<{ _id: string }>('keys').findOne({ _id: 'restarted' });
          expect(state).toMatchObject({ counts: { seen: 20_000 } });
        },
        { timeout: 60_000 },
      );
    } finally {
      await client.close();
      await mongo.stop();
    }
  });

  it('that refuses the password is reported, without the password, and the work begins once it is fixed', async () => {
    const mongo = await startMongo({ credentials: { username: 'admin', password: 'right' } });
    const client = connectMongo({ uri: mongo.uri, dbName, tls: NO_TLS }, 'test');
    try {
      const uri = new URL(mongo.uri);
      uri.username = 'fleet';
      uri.password = PASSWORD;
      await fill('refused', 1, 10);
      await queue.schedulers.set(['refused'], 500);
      const worker = start(uri.href);
      await prints(worker, /MONGO_AUTH.*check MONGO_USERNAME, MONGO_PASSWORD/);
      expect(worker.output()).not.toContain(PASSWORD);
      const admin = connectMongo({ uri: mongo.uri, dbName: 'admin', tls: NO_TLS }, 'test');
      await admin.db.command({
        createUser: 'fleet',
        pwd: PASSWORD,
        roles: [{ role: 'readWrite', db: dbName }],
      });
      await admin.close();
      await isMirrored(client, 'refused', 10);
    } finally {
      await client.close();
      await mongo.stop();
    }
  });
});

describe('errors by class', () => {
  let mongo: MongoServer;
  let client: MongoHandle;
  let admin: MongoHandle;
  beforeAll(async () => {
    mongo = await startMongo({ args: ['--enable-test-commands'] });
    admin = connectMongo({ uri: mongo.uri, dbName: 'admin', tls: NO_TLS }, 'test');
  });
  beforeEach(() => {
    client = connectMongo({ uri: mongo.uri, dbName, tls: NO_TLS }, 'test');
  });
  afterEach(async () => {
    await failing('off');
    await client.close();
  });
  afterAll(async () => {
    await admin.close();
    await mongo.stop();
  });

  async function failing(mode: 'off' | 'alwaysOn', errorCode = 0): Promise<void> {
    await admin.db.command({
      configureFailPoint: 'failCommand',
      mode,
      ...(mode === 'off' ? {} : { data: { failCommands: ['insert'], errorCode } }),
    });
  }

  it.each([
    [13, 'MONGO_PRIVILEGE', /paused until the configuration is fixed.*readWrite/],
    [14031, 'MONGO_DISK_FULL', /paused until the configuration is fixed.*disk is full/],
    [18, 'MONGO_AUTH', /paused until the configuration is fixed.*MONGO_PASSWORD/],
  ])(
    'code %i is %s: the worker pauses, says why, is not ready, and goes on by itself',
    async (code, name, says) => {
      const worker = start(mongo.uri);
      await fill('mended', 1, 5);
      await prints(worker, /worker started/);
      await failing('alwaysOn', code);
      await queue.schedulers.set(['mended'], 500);
      await prints(worker, says);
      const address = /"http":"([^"]+)"/.exec(worker.output())?.[1] ?? '';
      const ready = await fetch(`${address}/readyz`);
      expect(ready.status).toBe(503);
      expect(await ready.text()).toContain(name);
      await failing('off');
      await isMirrored(client, 'mended', 5);
      await prints(worker, /continuing: source, queue and target answer again/);
      await vi.waitFor(async () => expect((await fetch(`${address}/readyz`)).status).toBe(200), {
        timeout: 20_000,
      });
    },
  );

  it.each([10107, 11600, 91, 112])('code %i is transient: it is tried again until it works', async (code) => {
    const worker = start(mongo.uri);
    await fill('transient', 1, 5);
    await prints(worker, /worker started/);
    await failing('alwaysOn', code);
    await queue.schedulers.set(['transient'], 500);
    await prints(worker, /retrying/);
    expect(worker.output()).not.toContain('paused');
    await failing('off');
    await isMirrored(client, 'transient', 5);
  });

  it('jobs that wait for it all at once leave nothing behind in the process', async () => {
    const worker = start(mongo.uri);
    const names = Array.from({ length: 40 }, (_, i) => `waits ${i}`);
    for (const name of names) await fill(name, 1, 2);
    await prints(worker, /worker started/);
    await failing('alwaysOn', 91);
    await queue.schedulers.set(names, 500);
    const repeated = () =>
      [...worker.output().matchAll(/MongoDB: retrying.*"repeated":(\d+)/g)].map(([, times]) => Number(times));
    const all = () => repeated().reduce((sum, times) => sum + times, 0);
    await vi.waitFor(() => expect(all()).toBeGreaterThan(10), { timeout: 60_000 });
    await failing('off');
    for (const name of names) await isMirrored(client, name, 2);
    expect(worker.output()).not.toMatch(/MaxListeners|Warning/);
  });

  it('an unknown code fails the job, shows on the key, and the next job tries again', async () => {
    const worker = start(mongo.uri);
    const keys = client.db.collection<{ _id: string }>('keys');
    await fill('unknown', 1, 5);
    await queue.schedulers.set(['unknown'], 500);
    await isMirrored(client, 'unknown', 5);
    await failing('alwaysOn', 7777);
    await fill('unknown', 6, 9);
    await prints(worker, /a job failed; it will be retried.*MONGO_UNKNOWN/);
    await vi.waitFor(
      async () =>
        expect(await keys.findOne({ _id: 'unknown' })).toMatchObject({
          lastError: { code: 'MONGO_UNKNOWN' },
        }),
      { timeout: 20_000 },
    );
    await failing('off');
    await isMirrored(client, 'unknown', 9);
    await vi.waitFor(
      async () =>
        expect(await keys.findOne({ _id: 'unknown' })).toMatchObject({
          lastError: null,
          counts: { seen: 9 },
        }),
      { timeout: 20_000 },
    );
  });
});

describe('Redis', () => {
  it('that refuses the database is reported, and nothing is read from database 0, nor written there', async () => {
    const mongo = await startMongo();
    const client = connectMongo({ uri: mongo.uri, dbName, tls: NO_TLS }, 'test');
    try {
      await fill('in database 0', 1, 3);
      await queue.schedulers.set(['in database 0'], 500);
      const [queued, keys] = [await redis.dbsize(), client.db.collection('keys')];
      const worker = start(mongo.uri, {
        REDIS_URL: `${redisServer.url}/99`,
        QUEUE_REDIS_URL: redisServer.url,
      });
      await prints(worker, /REDIS_DATABASE/);
      const other = start(mongo.uri, { QUEUE_REDIS_URL: `${redisServer.url}/98` });
      await prints(other, /REDIS_DATABASE.*98/);
      expect(await keys.countDocuments({ status: 'active' })).toBe(0);
      expect(await redis.dbsize()).toBeLessThanOrEqual(queued + 1);
      expect(await redis.xlen('in database 0')).toBe(3);
    } finally {
      await client.close();
      await mongo.stop();
    }
  });

  it('that refuses the password is reported, without the password', async () => {
    const guarded = await startRedis({ password: 'right' });
    try {
      const url = new URL(guarded.url);
      url.password = PASSWORD;
      const worker = start('mongodb://127.0.0.1:1', { REDIS_URL: url.href });
      await prints(worker, /WRONGPASS|REDIS_AUTH/);
      expect(worker.output()).not.toContain(PASSWORD);
    } finally {
      await guarded.stop();
    }
  });

  it('that cannot be reached is reported', async () => {
    const worker = start('mongodb://127.0.0.1:1', { REDIS_URL: 'redis://127.0.0.1:1' });
    await prints(worker, /redis: connection trouble.*ECONNREFUSED/);
  });
});

describe('the configuration', () => {
  it('that is not JSON ends the worker with code 2, telling where', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'r2m-config-'));
    try {
      const file = join(dir, 'config.json');
      await writeFile(file, '{\n  "REDIS_PORT": 6379,\n  "REDIS_PASSWORD": "top-secret-4711\n}');
      const worker = start('mongodb://127.0.0.1:1', { CONFIG_FILE: file });
      expect((await worker.ended).code).toBe(2);
      expect(worker.output()).toContain(file);
      expect(worker.output()).toMatch(/line \d+, column \d+/);
      expect(worker.output()).not.toContain('top-secret');
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});
