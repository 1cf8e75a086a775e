import { JobQueue } from '@redis-to-mongo/job-queue';
import { type FreshNamespace, freePort, freshNamespace } from '@redis-to-mongo/local-stack';
import { connectMongo, type MongoHandle } from '@redis-to-mongo/mongo-sink';
import { NO_TLS } from '@redis-to-mongo/pipeline';
import { addressOfUrl, connectRedis } from '@redis-to-mongo/redis-connection';
import { type AppProcess, appEnv, startWorker, testMongoUri } from '@redis-to-mongo/test-kit';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';

let namespace: FreshNamespace;
let mongo: MongoHandle;
let redis: ReturnType<typeof connectRedis>;
let queue: JobQueue;
let worker: AppProcess | undefined;

beforeAll(async () => {
  namespace = await freshNamespace({ mongoUri: testMongoUri() });
  const address = addressOfUrl(namespace.redis.url);
  redis = connectRedis(address, () => {});
  queue = new JobQueue({ redis: address, prefix: 'r2m' }, () => {});
  mongo = connectMongo({ uri: namespace.mongoUri, dbName: namespace.mongoDbName, tls: NO_TLS }, 'test');
});
afterEach(async () => {
  await worker?.stop();
});
afterAll(async () => {
  await queue.close();
  redis.disconnect();
  await mongo.close();
  await namespace.close();
});

interface Ready {
  readonly status: number;
  readonly work: { readonly ok: boolean; readonly code?: string } | undefined;
}

/** Starts a worker, and returns how to ask it whether it is ready. */
async function start(): Promise<() => Promise<Ready>> {
  const port = await freePort();
  worker = startWorker(appEnv(namespace, { HTTP_HOST: '127.0.0.1', WORKER_HTTP_PORT: String(port) }));
  return async () => {
    const reply = await fetch(`http://127.0.0.1:${port}/readyz`);
    const { checks } = (await reply.json()) as { checks: { name: string; ok: boolean; code?: string }[] };
    return { status: reply.status, work: checks.find(({ name }) => name === 'work') };
  };
}

it('a worker that cannot create an index is not ready, names it, and begins once it is fixed', async () => {
  const keys = mongo.db.collection('keys');
  await keys.createIndex({ keyType: 1, status: 1, _id: 1 }, { unique: true });
  await redis.xadd('waiting', '1-0', 'v', 'x');
  await queue.schedulers.set(['waiting'], 500);
  const ready = await start();
  await vi.waitFor(
    async () =>
      expect(await ready()).toMatchObject({ status: 503, work: { ok: false, code: 'INDEX_CONFLICT' } }),
    { timeout: 60_000, interval: 200 },
  );
  expect(worker?.output()).toMatch(/keyType_1_status_1__id_1 .*of the collection keys is unique.*drop it/);
  await keys.dropIndex('keyType_1_status_1__id_1');
  await vi.waitFor(async () => expect(await ready()).toMatchObject({ status: 200, work: { ok: true } }), {
    timeout: 60_000,
    interval: 200,
  });
  await vi.waitFor(
    async () =>
      expect(await mongo.db.collection('stream_messages').countDocuments({ stream: 'waiting' })).toBe(1),
    { timeout: 60_000, interval: 200 },
  );
});

it('an index of another name, or by another’s name, keeps no worker from its work', async () => {
  await mongo.db.dropDatabase();
  await mongo.db.collection('keys').createIndex({ lag: 1, mine: 1 }, { name: 'stream_1_type_1' });
  await mongo.db.collection('sets').createIndex({ stream: 1, type: 1 }, { name: 'mine' });
  const ready = await start();
  await vi.waitFor(async () => expect(await ready()).toMatchObject({ status: 200 }), {
    timeout: 60_000,
    interval: 200,
  });
});
