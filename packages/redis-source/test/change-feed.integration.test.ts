import { type RedisServer, startRedis, startTcpProxy, type TcpProxy } from '@redis-to-mongo/local-stack';
import { NO_TLS } from '@redis-to-mongo/pipeline';
import { connectRedis } from '@redis-to-mongo/redis-connection';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { NodeFeed } from '../src/feed/node-feed.js';
import { ChangeFeed, type ChangeFeedOptions } from '../src/index.js';

const until = { timeout: 30_000, interval: 20 };

let server: RedisServer;
let redis: ReturnType<typeof connectRedis>;
let feed: ChangeFeed | undefined;
const changed: string[][] = [];
const missed: string[] = [];

const addressOf = (port: number) => ({ host: '127.0.0.1', port, db: 0, tls: NO_TLS });

beforeAll(async () => {
  server = await startRedis({ args: ['--enable-debug-command', 'local'] });
  redis = connectRedis(addressOf(server.port), () => {});
});
beforeEach(async () => {
  await redis.flushall();
  changed.length = 0;
  missed.length = 0;
});
afterEach(async () => {
  await feed?.close();
  feed = undefined;
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

async function listen(more: Partial<ChangeFeedOptions> = {}, state = 'listening'): Promise<void> {
  feed = new ChangeFeed({
    address: addressOf(server.port),
    redis,
    prefixes: [],
    onChange: (names) => void changed.push(names.map(String)),
    onMissed: (reason) => void missed.push(reason),
    onError: () => {},
    ...more,
  });
  await vi.waitFor(() => expect(feed?.state).toMatchObject({ is: state }), until);
}

async function reports(key: string, change: () => Promise<unknown>): Promise<void> {
  changed.length = 0;
  await change();
  await vi.waitFor(() => expect(changed.flat()).toContain(key), until);
}

describe('the change feed', () => {
  it('reports changes of all types, of new keys, and of keys that go', async () => {
    await listen();
    expect(missed).toEqual(['connected to the server']);
    await reports('stream', () => redis.xadd('stream', '1-0', 'n', '1'));
    await reports('stream', () => redis.xtrim('stream', 'MAXLEN', 0));
    await reports('set', () => redis.sadd('set', 'a'));
    await reports('hash', () => redis.hset('hash', 'a', '1'));
    await reports('zset', () => redis.zadd('zset', 1, 'a'));
    await reports('list', () => redis.rpush('list', 'a'));
    await reports('text', () => redis.set('text', 'a'));
    await reports('text', () => redis.append('text', 'b'));
    // Without its search for expired keys, Redis removes the key once it is read, and not before.
    await redis.call('DEBUG', 'SET-ACTIVE-EXPIRE', '0');
    await reports('text', () => redis.pexpire('text', 1));
    await reports('text', async () => {
      while ((await redis.get('text')) !== null);
    });
    await redis.call('DEBUG', 'SET-ACTIVE-EXPIRE', '1');
    await reports('new', () => redis.rename('set', 'new'));
    await reports('new', () => redis.del('new'));
    await reports('by script', () => redis.eval("redis.call('SET', KEYS[1], 'x')", 1, 'by script'));
    expect(missed).toHaveLength(1);
  });

  it('reports a transaction once, of each key once', async () => {
    await listen();
    const multi = redis.multi();
    for (let i = 0; i < 10; i++) multi.sadd('a', String(i)).sadd('b', String(i));
    await multi.exec();
    await vi.waitFor(() => expect(changed.flat().sort()).toEqual(['a', 'b']), until);
  });

  it('reports names byte for byte', async () => {
    const names: Buffer[] = [];
    await listen({ onChange: (found) => void names.push(...found) });
    const name = Buffer.from([0xff, 0x00, 0x0a, 0x41]);
    await redis.set(name, 'x');
    await vi.waitFor(() => expect(names).toContainEqual(name), until);
  });

  it('reports only keys that begin as asked', async () => {
    await listen({ prefixes: [Buffer.from('orders:'), Buffer.from('users:')] });
    await redis.set('other', 'x');
    await redis.set('users:1', 'x');
    await reports('orders:1', () => redis.set('orders:1', 'x'));
    expect(changed.flat()).not.toContain('other');
  });

  it('says that all may have changed after FLUSHALL', async () => {
    await listen();
    await redis.flushall();
    await vi.waitFor(() => expect(missed).toContain('the server was flushed or refilled'), until);
  });

  it('says that some may have changed after SWAPDB, which the server does not report', async () => {
    await listen();
    await redis.swapdb(0, 1);
    await vi.waitFor(() => expect(missed).toContain('databases were swapped'), until);
  });

  it('says when it may have missed something: the connection was cut, and when it is there again', async () => {
    await listen();
    await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await vi.waitFor(() => expect(missed).toHaveLength(3), until);
    expect(missed).toEqual([
      'connected to the server',
      'the connection to the server was lost',
      'connected to the server',
    ]);
    expect(feed?.state).toEqual({ is: 'listening' });
    await reports('text', () => redis.set('text', 'a'));
  });
});

describe('a connection that nobody is at the other end of', () => {
  let proxy: TcpProxy;
  beforeEach(async () => {
    proxy = await startTcpProxy(server.port);
  });
  afterEach(async () => {
    await proxy.close();
  });

  it('is found within seconds, and replaced', async () => {
    await listen({ address: addressOf(proxy.port) });
    proxy.set('hang');
    await vi.waitFor(() => expect(missed).toContain('the connection to the server was lost'), until);
    proxy.set('pass');
    await vi.waitFor(() => expect(feed?.state).toEqual({ is: 'listening' }), until);
    await reports('text', () => redis.set('text', 'a'));
  });
});

describe('a feed that is closed while it asks its server', () => {
  it('ends at once, and reports nothing', { timeout: 20_000 }, async () => {
    const proxy = await startTcpProxy(server.port);
    const connection = connectRedis(addressOf(proxy.port), () => {});
    try {
      await connection.ping();
      proxy.set('hang');
      const reported: unknown[] = [];
      const report = (what: unknown) => void reported.push(what);
      const node = new NodeFeed({
        redis: connection,
        prefixes: [],
        onChange: report,
        onListening: report,
        onFlush: () => report('flush'),
        onLost: () => report('lost'),
        onRefused: report,
        onError: report,
      });
      await node.close(); // a connection that is ready was asked when the feed was made, and can't answer
      proxy.set('pass');
      expect(reported).toEqual([]);
    } finally {
      connection.disconnect();
      await proxy.close();
    }
  });
});

describe('after a failover behind a name', () => {
  it('is found, also when the server did not answer in between, which says nothing of swapped databases', async () => {
    const next = await startRedis();
    const proxies = { feed: await startTcpProxy(server.port), ordinary: await startTcpProxy(server.port) };
    const errors: unknown[] = [];
    const source = connectRedis(addressOf(proxies.ordinary.port), () => {}, { commandTimeout: 300 });
    try {
      await redis.swapdb(0, 1);
      await listen({
        address: addressOf(proxies.feed.port),
        redis: source,
        onError: (error) => void errors.push(error),
      });
      proxies.ordinary.set('hang');
      await vi.waitFor(() => expect(errors.length + missed.length).toBeGreaterThan(1), until);
      proxies.ordinary.set('pass');
      proxies.feed.lead(next.port);
      proxies.ordinary.lead(next.port);
      source.disconnect(true);
      await vi.waitFor(
        () =>
          expect(missed).toEqual([
            'connected to the server',
            'the connection to the server was lost',
            'connected to the server',
          ]),
        until,
      );
    } finally {
      source.disconnect();
      await feed?.close();
      await proxies.feed.close();
      await proxies.ordinary.close();
      await next.stop();
    }
  });

  it('the feed leaves the old server, though its connection stays open', async () => {
    const next = await startRedis();
    const proxy = await startTcpProxy(server.port);
    const source = connectRedis(addressOf(proxy.port), () => {});
    const other = connectRedis(addressOf(next.port), () => {});
    try {
      await listen({ address: addressOf(proxy.port), redis: source });
      proxy.lead(next.port); // connections that are open stay with the old server
      source.disconnect(true);
      await vi.waitFor(
        () => expect(missed.filter((reason) => /connected/.test(reason))).toHaveLength(2),
        until,
      );
      await reports('text', () => other.set('text', 'a'));
    } finally {
      source.disconnect();
      other.disconnect();
      await feed?.close();
      await proxy.close();
      await next.stop();
    }
  });
});

describe('a server that refuses', () => {
  it('is said to, with the reason and the remedy', async () => {
    await redis.call('ACL', 'SETUSER', 'blind', 'on', '>pw', '~*', '&*', '+@all', '-client|tracking');
    const address = { ...addressOf(server.port), username: 'blind', password: 'pw' };
    await listen({ address }, 'refused');
    expect(feed?.state).toMatchObject({
      reason: expect.stringMatching(/^NOPERM/),
      remedy: expect.stringMatching(/\+client\|tracking/),
    });
  });
});
