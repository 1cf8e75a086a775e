import { JobQueue } from '@redis-to-mongo/job-queue';
import { type FreshNamespace, freshNamespace } from '@redis-to-mongo/local-stack';
import { connectMongo, type MongoHandle } from '@redis-to-mongo/mongo-sink';
import { NO_TLS } from '@redis-to-mongo/pipeline';
import { addressOfUrl, connectRedis } from '@redis-to-mongo/redis-connection';
import { type AppProcess, appEnv, startWorker, testMongoUri } from '@redis-to-mongo/test-kit';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

let namespace: FreshNamespace;
let mongo: MongoHandle;
let redis: ReturnType<typeof connectRedis>;
let queue: JobQueue;
let worker: AppProcess;

beforeAll(async () => {
  namespace = await freshNamespace({ mongoUri: testMongoUri() });
  const address = addressOfUrl(namespace.redis.url);
  redis = connectRedis(address, () => {});
  queue = new JobQueue({ redis: address, prefix: 'r2m' }, () => {});
  mongo = connectMongo({ uri: namespace.mongoUri, dbName: namespace.mongoDbName, tls: NO_TLS }, 'test');
  worker = startWorker(appEnv(namespace, { GONE_KEYS_KEEP_SEC: '1', GONE_VALUES: 'remove' }));
});
afterAll(async () => {
  await worker.stop();
  await queue.close();
  redis.disconnect();
  await mongo.close();
  await namespace.close();
});

it('strings that expire leave nothing behind; a stream keeps its messages', async () => {
  const keys = mongo.db.collection<{ _id: string; status: string }>('keys');
  const names = Array.from({ length: 30 }, (_, i) => `session ${i}`);
  await redis.xadd('stream', '1-0', 'v', 'x');
  for (const name of names) await redis.set(name, 'v');
  await queue.schedulers.set(['stream', ...names], 500);
  await vi.waitFor(async () => expect(await keys.countDocuments({ status: 'active' })).toBe(31), {
    timeout: 60_000,
    interval: 200,
  });
  for (const name of ['stream', ...names]) await redis.pexpire(name, 1);
  await vi.waitFor(
    async () =>
      expect((await keys.find({}, { projection: { _id: 1 } }).toArray()).map(({ _id }) => _id)).toEqual([
        'stream',
      ]),
    { timeout: 60_000, interval: 200 },
  );
  expect(await keys.findOne({ _id: 'stream' })).toMatchObject({ status: 'deleted' });
  expect(await mongo.db.collection('stream_messages').countDocuments({})).toBe(1);
  await vi.waitFor(() => expect(worker.output()).toMatch(/deleted keys were removed from MongoDB/), {
    timeout: 20_000,
  });
});
