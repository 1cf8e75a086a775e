import { type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import { firstState, placeOf } from '@redis-to-mongo/pipeline';
import { addressOfUrl, connectRedis, RawConnection } from '@redis-to-mongo/redis-connection';
import { DirectReader } from '@redis-to-mongo/redis-source';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

let server: RedisServer;
let redis: ReturnType<typeof connectRedis>;

import { EXACT } from '../src/key-expiry.js';

const closers: (() => void)[] = [];

beforeAll(async () => {
  server = await startRedis();
  redis = connectRedis(address(), () => {});
});
afterAll(async () => {
  for (const close of closers) close();
  redis.disconnect();
  await server.stop();
});

function address() {
  return addressOfUrl(server.url);
}

async function open(silenceMs?: number): Promise<RawConnection> {
  const connection = RawConnection.open(address(), {
    onError: () => {},
    onUnexpected: (reason) => expect(reason).toBe('nothing unexpected'),
    ...(silenceMs === undefined ? {} : { silenceMs }),
  });
  if (!connection) throw new Error('there is no raw connection');
  closers.push(() => connection.close());
  await isReady(connection);
  return connection;
}

async function isReady(connection: RawConnection): Promise<void> {
  await vi.waitFor(() => expect(connection.isReady).toBe(true), { timeout: 30_000 });
}

/** Reads a stream by the direct path alone: where that can't be taken, the result is null. */
async function read(connection: RawConnection, key: string) {
  const state = firstState(key, placeOf(key, ':info:'), 'stream', new Date());
  const nowhere = { read: async () => undefined };
  const reading = await new DirectReader(connection).over(nowhere).read({
    key: Buffer.from(key),
    after: '0-0',
    count: 5000,
    isAnchored: false,
    isBinary: false,
    state,
    incarnation: 1,
    rule: undefined,
    expiry: EXACT,
  });
  return reading ? reading.messages.count : null;
}

async function fill(key: string, entries: number, text = 'some text'): Promise<void> {
  const pipeline = redis.pipeline();
  for (let i = 1; i <= entries; i++) pipeline.xadd(key, `${i}-0`, 'n', String(i), 'text', text);
  await pipeline.exec();
}

describe('a raw connection', () => {
  it('answers many at once, each in its turn', async () => {
    const connection = await open();
    const keys = Array.from({ length: 40 }, (_, i) => `many:${i}`);
    await Promise.all(keys.map((key, i) => fill(key, i + 1)));
    const counts = await Promise.all(keys.map((key) => read(connection, key)));
    expect(counts).toEqual(keys.map((_, i) => i + 1));
  });

  it('takes an entry larger than any piece, between small ones', async () => {
    const connection = await open();
    await fill('large', 2);
    await redis.xadd('large', '3-0', 'v', Buffer.alloc(20_000_000, 'z'));
    await redis.xadd('large', '4-0', 'v', 'after');
    expect(await read(connection, 'large')).toBe(4);
  });

  it('is there again after it was cut, and meanwhile says so', async () => {
    const connection = await open();
    await fill('cut', 3);
    const others = new Set(await idsOfClients());
    expect(await read(connection, 'cut')).toBe(3);
    for (const id of others) if (id !== (await redis.client('ID'))) await redis.client('KILL', 'ID', id);
    await vi.waitFor(() => expect(connection.isReady).toBe(false), { timeout: 10_000, interval: 1 });
    expect(await read(connection, 'cut')).toBeNull();
    await isReady(connection);
    expect(await read(connection, 'cut')).toBe(3);
  });

  it('gives up on a server that is silent', async () => {
    const connection = await open(200);
    await fill('silent', 3);
    await redis.call('CLIENT', 'PAUSE', '3000', 'ALL');
    expect(await read(connection, 'silent')).toBeNull();
    await isReady(connection);
    expect(await read(connection, 'silent')).toBe(3);
  });

  it('is not there for a cluster', () => {
    const ofCluster = { ...address(), clusterNodes: [{ host: '127.0.0.1', port: 1 }] };
    expect(RawConnection.open(ofCluster, { onError: () => {}, onUnexpected: () => {} })).toBeUndefined();
  });
});

async function idsOfClients(): Promise<number[]> {
  const text = String(await redis.client('LIST'));
  return [...text.matchAll(/^id=(\d+) /gm)].map(([, id]) => Number(id));
}
