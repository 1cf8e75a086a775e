import { JobQueue, JobWorker } from '@redis-to-mongo/job-queue';
import { type FreshNamespace, freshNamespace } from '@redis-to-mongo/local-stack';
import { connectMongo, type MongoHandle, readKeySummaries } from '@redis-to-mongo/mongo-sink';
import { NO_TLS } from '@redis-to-mongo/pipeline';
import { testMongoUri } from '@redis-to-mongo/test-kit';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { queueAt } from './a-dashboard.js';
import { someKeys } from './some-keys.js';

const NOW = Date.now();
let space: FreshNamespace;
let mongo: MongoHandle;
let queue: JobQueue;

beforeAll(async () => {
  space = await freshNamespace({ mongoUri: testMongoUri() });
  mongo = connectMongo({ uri: space.mongoUri, dbName: space.mongoDbName, tls: NO_TLS }, 'test of readings');
  queue = new JobQueue(queueAt(space.redis.url), () => undefined);
  await keys().insertMany(someKeys(NOW));
  await keys().insertOne({ _id: 'damaged' });
});
afterAll(async () => {
  await queue.close();
  await mongo.close();
  await space.close();
});

function keys() {
  return mongo.db.collection<{ _id: string }>('keys');
}

test('all keys are listed, a damaged one as far as it can be read', async () => {
  const names = [...someKeys(NOW).map(({ _id }) => _id), 'damaged'];
  const all = await readKeySummaries(mongo.db, names);
  expect(all.size).toBe(141);
  expect(all.get('shop:3')).toEqual({
    key: 'shop:3',
    keyType: 'stream',
    stream: 'shop:3',
    type: 'main',
    status: 'active',
    paused: false,
    incarnation: 1,
    entryId: `${NOW - 2_700}-0`,
    lag: 120,
    seen: 1111,
    written: 1111,
    alreadyThere: 0,
    dead: 0,
    gap: 0,
    firstSyncedAt: NOW - 86_400_000,
    lastSyncedAt: NOW - 3_000,
    lastChangedAt: NOW - 9_000,
    error: null,
  });
  expect(all.get('damaged')).toMatchObject({ key: 'damaged', seen: 0, lastSyncedAt: 0, error: null });
});

test('a change is seen at once, and an error with its message', async () => {
  const change = (_id: string, fields: object) => keys().updateOne({ _id }, { $set: fields });
  await change('shop:21', {
    lastError: { code: 'X', errorClass: 'unknown', message: 'why', at: new Date(NOW) },
  });
  await change('shop:22', { pausedAt: new Date(NOW) });
  const found = await readKeySummaries(mongo.db, ['shop:21', 'shop:22', 'nobody']);
  expect([...found.keys()].sort()).toEqual(['shop:21', 'shop:22']);
  expect(found.get('shop:21')?.error).toEqual({ code: 'X', errorClass: 'unknown', at: NOW, message: 'why' });
  expect(found.get('shop:22')?.paused).toBe(true);
});

test('the queue reports when a key’s next job is due, how long jobs wait, and how late they usually end', async () => {
  expect(await queue.schedulers.nextRuns(['a', 'b'])).toEqual([null, null]);
  expect(await queue.facts()).toMatchObject({ waitingMs: 0, usualMs: null });
  await queue.schedulers.set(['a'], 3_600_000);
  const [next] = await queue.schedulers.nextRuns(['a', 'b']);
  expect(next).toBeGreaterThan(Date.now());
  expect(next).toBeLessThanOrEqual(Date.now() + 3_600_000);
  await queue.request(['b']);
  const since = Date.now();
  await vi.waitFor(async () => expect((await queue.facts()).waitingMs).toBeGreaterThan(0), {
    timeout: 10_000,
  });
  expect((await queue.facts()).waitingMs).toBeLessThanOrEqual(Date.now() - since + 1_000);
  await queue.schedulers.set(['c'], 1_000);
  const options = {
    concurrency: 4,
    onError: () => undefined,
    onFailed: () => undefined,
    onRefused: () => undefined,
    retryLater: async () => {},
  };
  const worker = new JobWorker(queueAt(space.redis.url), async () => new Map(), options);
  const running = worker.run();
  await vi.waitFor(
    async () => {
      const { waitingMs, usualMs } = await queue.facts();
      expect(waitingMs).toBeLessThan(1_000);
      expect(usualMs).not.toBeNull();
      expect(await queue.forBoard().getCompletedCount()).toBeGreaterThanOrEqual(4);
    },
    { timeout: 60_000, interval: 200 },
  );
  await worker.close();
  await running;
  // Once it has caught up and rests, its last jobs do not say how late it is.
  await vi.waitFor(async () => expect((await queue.facts()).usualMs).toBeNull(), {
    timeout: 30_000,
    interval: 200,
  });
});
