import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalStack, LocalStackError, startLocalStack } from '@redis-to-mongo/local-stack';
import { isAlive, testMongoUri } from '@redis-to-mongo/test-kit';
import { Redis } from 'ioredis';
import { Long, MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';

async function inRedis<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { retryStrategy: () => null });
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

async function inMongo<T>(uri: string, work: (client: MongoClient) => Promise<T>): Promise<T> {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 5_000 });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

// These tests start their own servers even if the others run on given ones.
beforeEach(() => {
  vi.stubEnv('LOCAL_STACK_REDIS_URL', '');
  vi.stubEnv('LOCAL_STACK_MONGO_URI', '');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe('a local stack', () => {
  let stack: LocalStack;
  const lines: string[] = [];

  beforeAll(async () => {
    vi.stubEnv('LOCAL_STACK_REDIS_URL', '');
    vi.stubEnv('LOCAL_STACK_MONGO_URI', '');
    stack = await startLocalStack({ onProgress: (line) => lines.push(line) });
  });
  afterAll(async () => {
    await stack?.stop();
  });

  it('has a Redis that never evicts and keeps an append-only file', async () => {
    const settings = await inRedis(stack.redis.url, (redis) =>
      Promise.all(
        ['maxmemory-policy', 'appendonly', 'save', 'bind'].map((name) => redis.config('GET', name)),
      ),
    );
    expect(settings).toEqual([
      ['maxmemory-policy', 'noeviction'],
      ['appendonly', 'yes'],
      ['save', ''],
      ['bind', '127.0.0.1'],
    ]);
  });

  it('has a MongoDB that executes a write once, even if it is sent again after many others', async () => {
    await inMongo(stack.mongo.uri, async (client) => {
      const things = client.db('probe').collection<{ _id: number; times?: number }>('sent again');
      await client.withSession(async (session) => {
        const updates = [{ q: { _id: 0 }, u: { $inc: { times: 1 } }, upsert: true }];
        const send = () =>
          client
            .db('probe')
            .command({ update: things.collectionName, updates, txnNumber: Long.ONE }, { session });
        await send();
        await Promise.all(Array.from({ length: 300 }, (_, i) => things.insertOne({ _id: i + 1 })));
        expect(await send()).toMatchObject({ n: 1 });
      });
      expect(await things.findOne({ _id: 0 })).toMatchObject({ times: 1 });
    });
  });

  it('has a MongoDB that reports a replica set and supports transactions', async () => {
    await inMongo(stack.mongo.uri, async (client) => {
      expect((await client.db('admin').command({ hello: 1 })).setName).toEqual(expect.any(String));
      const things = client.db('probe').collection('things');
      await client.withSession((session) =>
        session.withTransaction(() => things.insertOne({ name: 'a thing' }, { session })),
      );
      expect(await things.countDocuments({ name: 'a thing' })).toBe(1);
    });
  });

  it('reports the chosen servers and their ports', () => {
    expect(lines).toContain(`redis: ${stack.redis.kind} on 127.0.0.1:${stack.redis.port}`);
    expect(lines).toContain(`mongodb: ${stack.mongo.kind} on 127.0.0.1:${stack.mongo.port}`);
    expect(stack.describe()).toContain(stack.redis.kind);
    expect(stack.describe()).toContain(String(stack.mongo.port));
  });

  it('restarts a killed Redis on its port with all data that was synced to disk', async () => {
    const { url } = stack.redis;
    await inRedis(url, (redis) => redis.set('kept', 'yes'));
    await inRedis(url, (redis) => redis.config('SET', 'appendfsync', 'always'));
    await inRedis(url, (redis) => redis.set('also', 'kept'));
    const before = stack.redis.pid;
    await stack.redis.kill();
    expect(stack.redis.pid).toBeUndefined();
    await stack.redis.restart();
    expect(stack.redis.pid).not.toBe(before);
    expect(await inRedis(url, (redis) => redis.mget('kept', 'also'))).toEqual(['yes', 'kept']);
  });

  it('restarts a killed MongoDB on its port with every acknowledged write', async () => {
    const { uri } = stack.mongo;
    const documents = Array.from({ length: 500 }, (_, number) => ({ number }));
    await inMongo(uri, async (client) => {
      await client.db('probe').collection('kept').insertMany(documents);
      await stack.mongo.kill();
    });
    await stack.mongo.restart();
    const count = await inMongo(uri, (client) => client.db('probe').collection('kept').countDocuments());
    expect(count).toBe(500);
  });

  it('restarts a running server gracefully', async () => {
    const before = stack.redis.pid;
    await stack.redis.restart();
    expect(stack.redis.pid).toEqual(expect.any(Number));
    expect(stack.redis.pid).not.toBe(before);
  });
});

describe('several local stacks', () => {
  it('run at the same time, each with its own data, in directories with spaces', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'with some spaces '));
    const stacks = await Promise.all(
      ['one', 'two'].map((name) => startLocalStack({ dataDir: join(parent, name) })),
    );
    try {
      await Promise.all(
        stacks.map(({ redis }, index) => inRedis(redis.url, (client) => client.set('i', index))),
      );
      const seen = await Promise.all(
        stacks.map(({ redis }) => inRedis(redis.url, (client) => client.get('i'))),
      );
      expect(seen).toEqual(['0', '1']);
      const pids = stacks.flatMap(({ redis, mongo }) => [redis.pid, mongo.pid]);
      await Promise.all(stacks.map((stack) => stack.stop()));
      expect(pids.map(isAlive)).toEqual([false, false, false, false]);
      expect((await readdir(parent)).sort()).toEqual(['one', 'two']);
    } finally {
      await Promise.all(stacks.map((stack) => stack.stop()));
      await rm(parent, { recursive: true });
    }
  });

  it('start with the data of a stopped one', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'kept-'));
    try {
      const first = await startLocalStack({ dataDir });
      await inRedis(first.redis.url, (redis) => redis.set('from', 'the first'));
      await inMongo(first.mongo.uri, (client) =>
        client.db('probe').collection('a').insertOne({ from: 'the first' }),
      );
      await first.stop();
      const second = await startLocalStack({ dataDir });
      expect(await inRedis(second.redis.url, (redis) => redis.get('from'))).toBe('the first');
      expect(
        await inMongo(second.mongo.uri, (client) => client.db('probe').collection('a').countDocuments()),
      ).toBe(1);
      await second.stop();
    } finally {
      await rm(dataDir, { recursive: true });
    }
  });
});

describe('a local stack of given servers', () => {
  it('uses them, refuses to restart them, and leaves them running', async () => {
    const given = { redisUrl: inject('redisUrl'), mongoUri: testMongoUri() };
    const stack = await startLocalStack(given);
    expect(stack.redis).toMatchObject({ url: given.redisUrl, pid: undefined });
    expect(stack.mongo).toMatchObject({ uri: given.mongoUri, pid: undefined });
    await expect(stack.redis.restart()).rejects.toMatchObject({ code: 'LOCAL_STACK_NOT_OURS' });
    await expect(stack.mongo.kill()).rejects.toBeInstanceOf(LocalStackError);
    await stack.stop();
    expect(await inRedis(given.redisUrl, (redis) => redis.ping())).toBe('PONG');
  });

  it('finds their addresses in the environment', async () => {
    vi.stubEnv('LOCAL_STACK_REDIS_URL', inject('redisUrl'));
    vi.stubEnv('LOCAL_STACK_MONGO_URI', testMongoUri());
    const stack = await startLocalStack();
    expect([stack.redis.url, stack.mongo.uri]).toEqual([inject('redisUrl'), testMongoUri()]);
    expect(stack.describe()).toMatch(/given by its address/);
    await stack.stop();
  });

  it('reports if one of them does not answer', async () => {
    await expect(startLocalStack({ redisUrl: 'redis://127.0.0.1:1' })).rejects.toThrow(/ECONNREFUSED|closed/);
  });
});

describe('a stopped stack', () => {
  it('leaves neither a process nor its temporary directory', async () => {
    const stack = await startLocalStack();
    const pids = [stack.redis.pid, stack.mongo.pid];
    const dir = await inRedis(stack.redis.url, (redis) => redis.config('GET', 'dir'));
    await stack.stop();
    expect(pids.map(isAlive)).toEqual([false, false]);
    await expect(stat(String(dir))).rejects.toThrow();
    await expect(stack.redis.restart()).rejects.toMatchObject({ code: 'LOCAL_STACK_STOPPED' });
  });
});
