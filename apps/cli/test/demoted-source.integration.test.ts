import { METADATA_TYPE, ruleBook } from '@redis-to-mongo/key-types';
import { type RedisServer, startRedis, startTcpProxy, type TcpProxy } from '@redis-to-mongo/local-stack';
import { namesInRedis } from '@redis-to-mongo/operations';
import { addressOfUrl, connectRedis } from '@redis-to-mongo/redis-connection';
import { until } from '@redis-to-mongo/test-kit';
import { type Finding, verifyMirror } from '@redis-to-mongo/verify';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type CliUnderTest, cliUnderTest } from './cli-under-test.js';

/** A failover behind a name, while the connection of a command stays open: the server of before goes on answering, as a replica. */
let cli: CliUnderTest;
let first: RedisServer;
let second: RedisServer;
let name: TcpProxy;
let toFirst: Redis;
let toSecond: Redis;
let redis: ReturnType<typeof connectRedis>;

beforeAll(async () => {
  [first, second] = await Promise.all([startRedis(), startRedis()]);
  [toFirst, toSecond] = [new Redis(first.url), new Redis(second.url)];
  name = await startTcpProxy(first.port);
  cli = await cliUnderTest({ REDIS_URL: `redis://127.0.0.1:${name.port}` });
});
afterAll(async () => {
  toFirst.disconnect();
  toSecond.disconnect();
  await cli.close();
  await name.close();
  await Promise.all([first.stop(), second.stop()]);
});

beforeEach(async () => {
  await toSecond.replicaof('127.0.0.1', first.port);
  await toFirst.xadd('orders', '1-0', 'n', '1');
  expect(await cli.run('once')).toMatchObject({ code: 0 });
  redis = connectRedis(addressOfUrl(`redis://127.0.0.1:${name.port}`), () => {});
  await redis.ping();
});
afterEach(async () => {
  redis.disconnect();
  await toSecond.replicaof('NO', 'ONE');
  await toFirst.replicaof('NO', 'ONE');
  await toFirst.flushall();
  name.lead(first.port);
  await cli.db.dropDatabase();
});

async function failOver(): Promise<void> {
  const entries = await toFirst.xlen('orders');
  await until(async () => expect(await toSecond.xlen('orders')).toBe(entries));
  await toSecond.replicaof('NO', 'ONE');
  await toFirst.replicaof('127.0.0.1', 1);
  name.lead(second.port);
}

async function findings(): Promise<readonly Partial<Finding>[]> {
  const found = await verifyMirror(
    { redis, db: cli.db },
    { wanted: () => true, types: ['stream', METADATA_TYPE.names.keyType], rules: ruleBook([]), settleMs: 0 },
  );
  return found.findings.map(({ key, missing }) => ({ key, missing }));
}

describe('after a failover behind a name', () => {
  test('verify finds what only the new primary holds', async () => {
    await failOver();
    await toSecond.sadd('new', 'a');
    expect(await findings()).toEqual([{ key: 'new', missing: 1 }]);
  });

  test('verify compares keys once more whose short streams it has read together from the server of before', async () => {
    const send = redis.sendCommand.bind(redis);
    let isBegun = false;
    vi.spyOn(redis, 'sendCommand').mockImplementation((command, ...rest) => {
      if (isBegun || !/^pexpiretime$/i.test(command.name)) return send(command, ...rest);
      isBegun = true;
      const isOver = failOver().then(() => toSecond.xadd('orders', '2-0', 'n', '2'));
      return isOver.then(() => send(command, ...rest));
    });
    expect(await findings()).toEqual([{ key: 'orders', missing: 1 }]);
    expect(isBegun).toBe(true);
  });

  test('verify compares a key once more whose stream it has read from the server of before', async () => {
    for (let i = 0; i < 100; i++) await toFirst.xadd('orders', `1-${i + 1}`, 'n', '1');
    expect(await cli.run('once')).toMatchObject({ code: 0 });
    const xinfo = redis.xinfo.bind(redis);
    vi.spyOn(redis, 'xinfo').mockImplementationOnce(async (...args: Parameters<typeof xinfo>) => {
      await failOver();
      await toSecond.xadd('orders', '2-0', 'n', '2');
      return await xinfo(...args);
    });
    expect(await findings()).toEqual([{ key: 'orders', missing: 1 }]);
  });

  test('once lists what only the new primary holds', async () => {
    await failOver();
    await toSecond.sadd('new', 'a');
    expect(await namesInRedis(redis, { wanted: () => true })).toEqual(new Set(['orders', 'new']));
  });

  test('once KEY finds the key that only the new primary holds', async () => {
    await failOver();
    await toSecond.sadd('new', 'a');
    const chosen = { wanted: () => true, names: ['new', 'nobody'] };
    expect(await namesInRedis(redis, chosen)).toEqual(new Set(['new']));
  });
});
