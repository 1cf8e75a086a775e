import { freshNamespace, startMongo, startRedis } from '@redis-to-mongo/local-stack';
import { isAlive, testMongoUri } from '@redis-to-mongo/test-kit';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import { describe, expect, it } from 'vitest';

describe('startRedis', () => {
  it('requires the given password, and has it in its address', async () => {
    const server = await startRedis({ password: 'p@ss/word' });
    const right = new Redis(server.url);
    const wrong = new Redis({
      port: server.port,
      enableReadyCheck: false,
      protocol: 2,
      retryStrategy: () => null,
    });
    wrong.on('error', () => {});
    try {
      expect(await right.ping()).toBe('PONG');
      await expect(wrong.get('a')).rejects.toThrow(/NOAUTH/);
    } finally {
      right.disconnect();
      wrong.disconnect();
      await server.stop();
    }
  });

  it('accepts a server that requires an unknown password', async () => {
    const server = await startRedis({ args: ['--requirepass', 'a-secret'] });
    expect(server.pid).toEqual(expect.any(Number));
    await server.stop();
  });

  it('fails with the end of the log when the server does not start, and leaves nothing running', async () => {
    await expect(startRedis({ args: ['--maxmemory-policy', 'no-such-policy'] })).rejects.toMatchObject({
      code: 'LOCAL_STACK_NO_ANSWER',
      message: expect.stringMatching(/ended with code 1 before it answered[\s\S]*no-such-policy/),
    });
  });

  it('syncs its file as often as requested', async () => {
    const server = await startRedis({ appendfsync: 'always' });
    const redis = new Redis(server.url);
    try {
      expect(await redis.config('GET', 'appendfsync')).toEqual(['appendfsync', 'always']);
    } finally {
      redis.disconnect();
      await server.stop();
    }
  });
});

describe('startMongo', () => {
  it('requires the password, even after a restart', async () => {
    const server = await startMongo({ credentials: { username: 'mirror', password: 'p@ss/word' } });
    const connect = (uri: string) => new MongoClient(uri, { serverSelectionTimeoutMS: 5_000 });
    const right = connect(server.uri);
    const wrong = connect(`mongodb://mirror:wrong@127.0.0.1:${server.port}/?directConnection=true`);
    const nobody = connect(`mongodb://127.0.0.1:${server.port}/?directConnection=true`);
    try {
      await server.kill();
      await server.restart();
      await right.db('probe').collection('a').insertOne({ let: 'in' });
      await expect(wrong.connect()).rejects.toMatchObject({ code: 18 });
      await expect(nobody.db('probe').collection('a').countDocuments()).rejects.toMatchObject({ code: 13 });
    } finally {
      await Promise.all([right.close(), wrong.close(), nobody.close()]);
      await server.stop();
    }
  });
});

describe('freshNamespace', () => {
  it('gives each caller its own Redis and database name, and removes both', async () => {
    const mongoUri = testMongoUri();
    const [one, two] = await Promise.all([
      freshNamespace({ mongoUri, isMongoGiven: true }),
      freshNamespace({ mongoUri, isMongoGiven: true }),
    ]);
    const client = new MongoClient(mongoUri);
    try {
      expect(one.redis.port).not.toBe(two.redis.port);
      expect(one.mongoDbName).not.toBe(two.mongoDbName);
      await client.db(one.mongoDbName).collection('a').insertOne({ a: 1 });
      const { pid } = one.redis;
      await Promise.all([one.close(), two.close()]);
      expect(isAlive(pid)).toBe(false);
      const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true });
      expect(databases.map(({ name }) => name)).not.toContain(one.mongoDbName);
    } finally {
      await client.close();
    }
  });
});
