import { METADATA_TYPE } from '@redis-to-mongo/key-types';
import { type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import { type Line, SyncError, syncKey, syncKeys } from '@redis-to-mongo/pipeline';
import { addressOfUrl, connectRedis, RawConnection } from '@redis-to-mongo/redis-connection';
import { DirectReader, redisSource } from '@redis-to-mongo/redis-source';
import { lineForTests, wholeSlice } from '@redis-to-mongo/test-kit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

/**
 * A failover behind a name: one worker has a new connection, to the new primary, and one is connected to the server of before, which
 * is a replica now, and lags behind.
 */
const under = lineForTests();
const KEY = 'key';
let before: RedisServer;
let redis: ReturnType<typeof connectRedis>;
let raw: RawConnection | undefined;
let late: Line;

beforeAll(async () => {
  before = await startRedis();
  const address = addressOfUrl(before.url);
  redis = connectRedis(address, () => {});
  raw = RawConnection.open(address, { onError: () => {}, onUnexpected: () => {} });
  const direct = process.env.STREAM_PATH === 'ordinary' || !raw ? undefined : new DirectReader(raw);
  late = await under.line({
    source: redisSource(redis, ['stream', METADATA_TYPE.names.keyType], {
      readEntries: 5000,
      readBytes: 8 << 20,
      direct,
    }),
  });
});
afterAll(async () => {
  redis.disconnect();
  raw?.close();
  await before.stop();
});

/** Both servers are as a primary and its replica in step. */
beforeEach(async () => {
  await replicaOf('NO', 'ONE');
  await vi.waitFor(async () => expect(await redis.flushall()).toBe('OK'), { timeout: 20_000 });
  await vi.waitFor(() => expect(raw?.isReady).toBe(true), { timeout: 20_000 });
  await under.redis.flushdb();
  await under.db.dropDatabase();
});

async function replicaOf(...of: readonly [string, string]): Promise<void> {
  const admin = new Redis(before.url);
  try {
    await admin.replicaof(...of);
  } finally {
    admin.disconnect();
  }
}

/** From here on it answers with what it had, and gets nothing new. */
const demote = async () => await replicaOf('127.0.0.1', '1');

const both = async (change: (on: typeof redis) => Promise<unknown>) => {
  await change(redis);
  await change(under.redis);
};
const stream = (...ids: readonly string[]) => both(async (on) => await addTo(on, ...ids));
const addTo = async (on: typeof redis, ...ids: readonly string[]) => {
  for (const id of ids) await on.xadd(KEY, id, 'n', id);
};

/** How the worker that is late fares, and that it has changed nothing. */
async function expectRefused(): Promise<void> {
  const [state, messages] = [await under.state(KEY), await under.messages(KEY)];
  const values = await under.db.collection('sets').find().toArray();
  const ends: unknown[] = [];
  await syncKeys(late, [KEY], wholeSlice, (_key, end) => void ends.push(end));
  expect(ends).toEqual([{ error: expect.any(SyncError) }]);
  expect(await syncKey(late, KEY, wholeSlice()).catch(({ errorClass }: SyncError) => errorClass)).toBe(
    'transient',
  );
  expect(await under.state(KEY)).toEqual(state);
  expect(await under.messages(KEY)).toEqual(messages);
  expect(await under.db.collection('sets').find().toArray()).toEqual(values);
}

describe('a worker that is connected to a primary of before', () => {
  test('takes no stream for another one that another worker has read further', async () => {
    await stream('1-0', '2-0');
    await under.sync(KEY);
    await demote();
    await addTo(under.redis, '3-0');
    await under.sync(KEY);
    await expectRefused();
  });

  test('takes no stream with new entries for read to its end', async () => {
    await stream('1-0', '2-0');
    await under.sync(KEY);
    await demote();
    await addTo(under.redis, '3-0');
    await expectRefused();
  });

  test('writes no older value over a newer one', async () => {
    await both((on) => on.sadd(KEY, 'a'));
    await under.sync(KEY);
    await demote();
    await under.redis.sadd(KEY, 'b');
    await under.sync(KEY);
    await expectRefused();
  });

  test('takes no value for unchanged', async () => {
    await both((on) => on.sadd(KEY, 'a'));
    await under.sync(KEY);
    await demote();
    await under.redis.sadd(KEY, 'b');
    await expectRefused();
  });

  test.each(['stream', 'set'])('takes no new %s for deleted', async (type) => {
    await demote();
    if (type === 'stream') await addTo(under.redis, '1-0');
    else await under.redis.sadd(KEY, 'a');
    await under.sync(KEY);
    await expectRefused();
  });

  test.each(['stream', 'set'])('takes no deleted %s for one that has come back', async (type) => {
    if (type === 'stream') await stream('1-0');
    else await both((on) => on.sadd(KEY, 'a'));
    await under.sync(KEY);
    await demote();
    await under.redis.del(KEY);
    await under.sync(KEY);
    await expectRefused();
  });

  test('takes no key for one of the type that it had', async () => {
    await both((on) => on.sadd(KEY, 'a'));
    await under.sync(KEY);
    await demote();
    await under.redis.del(KEY);
    await addTo(under.redis, '1-0');
    await under.sync(KEY);
    await expectRefused();
  });
});

test('the server that was started again in between is read again', async () => {
  await stream('1-0', '2-0');
  const held: Line = {
    ...late,
    at: async (step) => {
      if (step !== 'before-save') return;
      await before.restart();
      await vi.waitFor(async () => expect(await redis.ping()).toBe('PONG'), { timeout: 20_000 });
    },
  };
  await expect(syncKey(held, KEY, wholeSlice())).rejects.toMatchObject({ errorClass: 'transient' });
});
