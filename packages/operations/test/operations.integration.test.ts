import { JobQueue } from '@redis-to-mongo/job-queue';
import { ruleBook } from '@redis-to-mongo/key-types';
import { type FreshNamespace, freshNamespace } from '@redis-to-mongo/local-stack';
import { connectMongo, mongoSink, pausedKeys, readKey } from '@redis-to-mongo/mongo-sink';
import { ByteBudget, type Line, NO_TLS, Slice, SyncError, syncKey } from '@redis-to-mongo/pipeline';
import { addressOfUrl, connectRedis } from '@redis-to-mongo/redis-connection';
import { redisSource } from '@redis-to-mongo/redis-source';
import { testMongoUri, testSinkOptions } from '@redis-to-mongo/test-kit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fleet, pauseKeys, restartKey, resumeKeys, resyncKey, syncNow } from '../src/index.js';

const SLICE = { entries: 1000, bytes: 1 << 20, ms: 10_000 };

let namespace: FreshNamespace;
let redis: ReturnType<typeof connectRedis>;
let line: Line;
let fleet: Fleet & { readonly close: () => Promise<void> };

beforeAll(async () => {
  namespace = await freshNamespace({ mongoUri: testMongoUri() });
  const address = addressOfUrl(namespace.redis.url);
  redis = connectRedis(address, () => {});
  const mongo = connectMongo({ uri: namespace.mongoUri, dbName: namespace.mongoDbName, tls: NO_TLS }, 'test');
  const queue = new JobQueue({ redis: address, prefix: 'r2m' }, () => {});
  line = {
    source: redisSource(redis, ['stream', 'set'], { readEntries: 100, readBytes: 1 << 20 }),
    sink: mongoSink(mongo.db, testSinkOptions()),
    separator: ':info:',
    budget: new ByteBudget(1 << 24),
    now: () => new Date(),
  };
  fleet = {
    db: mongo.db,
    queue,
    line: async () => line,
    close: async () => {
      await queue.close();
      await mongo.close();
    },
  };
});
afterAll(async () => {
  await fleet.close();
  redis.disconnect();
  await namespace.close();
});

const sync = async (key: string) => await syncKey(line, key, new Slice(SLICE));
const pauseKey = async (of: Fleet, key: string) => (await pauseKeys(of, [key]))[0];
const resumeKey = async (of: Fleet, key: string) => (await resumeKeys(of, [key]))[0];
const waiting = async () =>
  await fleet.queue.forBoard().getJobCountByTypes('waiting', 'delayed', 'prioritized');

test('a key that MongoDB does not know of is unknown to every action, and nothing is made of it', async () => {
  await redis.xadd('stranger', '*', 'n', '1');
  for (const action of [syncNow, pauseKey, resumeKey, resyncKey])
    expect(await action(fleet, 'stranger')).toEqual({ done: 'unknown' });
  expect(await readKey(fleet.db, 'stranger')).toBeUndefined();
  expect(await waiting()).toBe(0);
});

test('a paused key is not read, keeps its position, and goes on where it was once it is resumed', async () => {
  await redis.xadd('orders', '1-1', 'n', '1');
  await sync('orders');
  expect(await pauseKey(fleet, 'orders')).toEqual({ done: 'paused' });
  const { pausedAt, revision } = (await readKey(fleet.db, 'orders')) ?? {};
  expect(await pauseKey(fleet, 'orders')).toEqual({ done: 'paused before' });
  expect(await readKey(fleet.db, 'orders')).toMatchObject({ pausedAt, revision });
  expect(await pausedKeys(fleet.db, 10)).toEqual(new Set(['orders']));

  await redis.xadd('orders', '2-1', 'n', '2');
  expect(await sync('orders')).toMatchObject({ result: 'paused', seen: 0, lag: 0 });
  expect(await syncNow(fleet, 'orders')).toEqual({ done: 'paused', pausedAt });
  expect(await waiting()).toBe(0);

  expect(await resumeKey(fleet, 'orders')).toEqual({ done: 'resumed', workers: 0 });
  expect(await waiting()).toBe(1);
  expect(await resumeKey(fleet, 'orders')).toEqual({ done: 'not paused' });
  expect(await pausedKeys(fleet.db, 10)).toEqual(new Set());
  expect(await sync('orders')).toMatchObject({ result: 'synced', seen: 1 });
});

test('a job that is under way when its key is paused saves its slice, and does not end the pause', async () => {
  await redis.xadd('busy', '1-1', 'n', '1');
  await sync('busy');
  await redis.xadd('busy', '2-1', 'n', '2');
  const held: Line = {
    ...line,
    at: async (step) => {
      if (step === 'before-save') await pauseKey(fleet, 'busy');
    },
  };
  expect(await syncKey(held, 'busy', new Slice(SLICE))).toMatchObject({ result: 'synced', seen: 1 });
  expect(await readKey(fleet.db, 'busy')).toMatchObject({
    counts: { seen: 2 },
    pausedAt: expect.any(Date),
  });
  expect(await sync('busy')).toMatchObject({ result: 'paused' });
});

test('entries trimmed while their key is paused are a gap after it, counted', async () => {
  await redis.xadd('short', '1-1', 'n', '1');
  await sync('short');
  expect(await pauseKey(fleet, 'short')).toEqual({ done: 'paused' });
  for (let i = 2; i <= 5; i++) await redis.xadd('short', 'MAXLEN', '1', `${i}-1`, 'n', String(i));
  await sync('short');
  expect(await resumeKey(fleet, 'short')).toMatchObject({ done: 'resumed' });
  expect(await sync('short')).toMatchObject({ seen: 1, gaps: [{ entries: 3 }] });
});

test('resync begins one incarnation however often it is asked about the same one, and a pause outlives it', async () => {
  await redis.sadd('tags', 'a', 'b');
  await sync('tags');
  expect(await pauseKey(fleet, 'tags')).toEqual({ done: 'paused' });
  expect(await resyncKey(fleet, 'tags', 1)).toMatchObject({ done: 'begun', incarnation: 2, isPaused: true });
  expect(await resyncKey(fleet, 'tags', 1)).toEqual({ done: 'begun before', incarnation: 2 });
  expect(await sync('tags')).toMatchObject({ result: 'paused' });
  expect(await resumeKey(fleet, 'tags')).toMatchObject({ done: 'resumed' });
  expect(await sync('tags')).toMatchObject({ result: 'synced' });
  expect(await readKey(fleet.db, 'tags')).toMatchObject({ incarnation: 2, status: 'active' });
});

test('resync of a list begins one incarnation of a key that comes twice', async () => {
  await redis.xadd('twice', '1-1', 'n', '1');
  await sync('twice');
  const since = new Date();
  expect(await resyncKey(fleet, 'twice', since)).toMatchObject({ done: 'begun', incarnation: 2 });
  expect(await resyncKey(fleet, 'twice', since)).toEqual({ done: 'begun before', incarnation: 2 });
});

test('resync puts the next incarnation where the rule of today has it: collection, _id, and place in the naming convention', async () => {
  await redis.sadd('user/5', 'a');
  await redis.xadd('shop/events', '1-1', 'n', '1');
  await sync('user/5');
  await sync('shop/events');
  const rules = ruleBook([{ pattern: 'user/*', collection: 'users', shape: 'document', id: '{1}' }]);
  const source = redisSource(redis, ['stream', 'set'], { readEntries: 100, readBytes: 1 << 20, rules });
  const ofToday: Line = { ...line, source, rules, separator: '/' };
  const today = { ...fleet, line: async () => ofToday };
  for (const key of ['user/5', 'shop/events']) {
    expect(await resyncKey(today, key)).toMatchObject({ done: 'begun', incarnation: 2 });
    expect(await syncKey(ofToday, key, new Slice(SLICE))).toMatchObject({ result: 'synced' });
  }
  const state = await readKey(fleet.db, 'user/5');
  expect(state).toMatchObject({ stream: 'user', type: '5', collection: 'users' });
  expect(state?.documentId).toEqual({ kind: 'text', text: '5' });
  const users = await fleet.db.collection('users').find().toArray();
  expect(users).toMatchObject([{ _id: '5', members: ['a'], _redis: { key: 'user/5', active: true } }]);
  expect(await fleet.db.collection('sets').find({ active: true, stream: /^user/ }).toArray()).toEqual([]);
  const messages = await fleet.db.collection('stream_messages').find({ entryId: '1-1' }).toArray();
  expect(messages.map(({ stream, type }) => [stream, type])).toContainEqual(['shop', 'events']);
});

test('a queue that fails for a moment once the next incarnation has begun does not begin another one', async () => {
  await redis.xadd('blinking', '1-1', 'n', '1');
  await sync('blinking');
  let asked = 0;
  const request = async () => {
    await sync('blinking');
    if (++asked === 1) throw new SyncError('REDIS_UNAVAILABLE', 'transient', 'it is away for a moment');
  };
  expect(await restartKey(line, fleet.db, 'blinking', request)).toMatchObject({ isNew: true });
  expect(asked).toBe(2);
  expect(await readKey(fleet.db, 'blinking')).toMatchObject({ incarnation: 2, counts: { written: 2 } });
});
