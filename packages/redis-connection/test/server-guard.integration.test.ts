import { type RedisServer, startRedis, startTcpProxy, type TcpProxy } from '@redis-to-mongo/local-stack';
import { NO_TLS } from '@redis-to-mongo/pipeline';
import { addressOfUrl } from '@redis-to-mongo/redis-connection';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type ClientOptions,
  confirmServer,
  connectRedis,
  FOR_BLOCKING,
  RawConnection,
  RawText,
} from '../src/index.js';

const open: { disconnect(): void }[] = [];
let errors: (Error & { code?: unknown })[] = [];

afterEach(() => {
  for (const each of open.splice(0)) each.disconnect();
  errors = [];
});

function connect(url: string, more: ClientOptions = {}): Redis {
  const redis = connectRedis(
    { url, host: '', port: 0, db: 0, tls: NO_TLS },
    (error) => void errors.push(error),
    more,
  );
  open.push(redis);
  return redis;
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : String(error));
const outcome = (work: Promise<unknown>) => work.then(String, codeOf);

it('a replica that never had its primary’s data is not read as an empty server', async () => {
  const server = await startRedis({ args: ['--replicaof', '127.0.0.1 1'] });
  const admin = new Redis(server.url);
  try {
    const redis = connect(server.url, { maxRetriesPerRequest: 1 });
    expect(await outcome(redis.exists('orders'))).toBe('REDIS_LOADING');
    await admin.replicaof('NO', 'ONE');
    await vi.waitFor(async () => expect(await outcome(redis.exists('orders'))).toBe('0'), {
      timeout: 20_000,
    });
  } finally {
    admin.disconnect();
    await server.stop();
  }
});

describe('a database that the server refuses', () => {
  let server: RedisServer;
  let admin: Redis;
  beforeAll(async () => {
    server = await startRedis({ args: ['--databases', '4', '--busy-reply-threshold', '20'] });
    admin = connectRedis(addressOfUrl(server.url), () => {});
  });
  afterAll(async () => {
    admin.disconnect();
    await server.stop();
  });

  it.each([
    ['a plain connection', (redis: Redis) => redis],
    ['its duplicate', (redis: Redis) => redis.duplicate()],
  ])('fails what waits for %s, and nothing is done in database 0', async (_name, from) => {
    await admin.set('precious', 'old');
    const redis = from(connect(`${server.url}/99`, FOR_BLOCKING));
    open.push(redis);
    expect(await outcome(redis.set('precious', 'new'))).toBe('REDIS_DATABASE');
    expect(await outcome(redis.pipeline().del('precious').exec())).not.toBe('1');
    expect(await outcome(confirmServer(redis))).toBe('REDIS_DATABASE');
    expect(await admin.get('precious')).toBe('old');
    expect(errors.map(codeOf)).toContain('REDIS_DATABASE');
  });

  it('may be there later: then the same connection works, in that database', async () => {
    await admin.call('ACL', 'SETUSER', 'narrow', 'on', 'nopass', '~*', '+@all', '-select');
    const url = server.url.replace('redis://', 'redis://narrow:any@');
    const redis = connect(`${url}/2`);
    expect(await outcome(redis.set('mine', '1'))).toBe('REDIS_DATABASE');
    await admin.call('ACL', 'SETUSER', 'narrow', '+select');
    await vi.waitFor(async () => expect(await outcome(redis.set('mine', '1'))).toBe('OK'), {
      timeout: 20_000,
    });
    expect(await admin.exists('mine')).toBe(0);
  });

  it('is also one that a busy server does not select just now', async () => {
    const busy = connect(server.url);
    const script = busy.eval('while true do end', 0).catch(() => 'killed');
    await vi.waitFor(async () => expect(await outcome(admin.get('x'))).toMatch(/BUSY/), { timeout: 10_000 });
    const redis = connect(`${server.url}/3`);
    expect(await outcome(redis.set('while-busy', '1'))).toMatch(/BUSY/);
    await admin.call('SCRIPT', 'KILL');
    await script;
    await vi.waitFor(async () => expect(await outcome(redis.set('while-busy', '1'))).toBe('OK'), {
      timeout: 20_000,
    });
    expect(await admin.exists('while-busy')).toBe(0);
  });

  it('is no raw connection either', async () => {
    const raw = RawConnection.open(
      { url: `${server.url}/99`, host: '', port: 0, db: 0, tls: NO_TLS },
      { onError: (error) => void errors.push(error), onUnexpected: () => {} },
    );
    await vi.waitFor(() => expect(errors.map(codeOf)).toContain('REDIS_DATABASE'), { timeout: 10_000 });
    expect(raw?.isReady).toBe(false);
    raw?.close();
  });

  it.each(['/abc', '/1x', '/-1', '/1/2'])('a URL with the path %s is refused', (path) => {
    expect(() => connect(`${server.url}${path}`)).toThrow(/number of a database/);
  });
});

it('a connection that is opened anew many times leaves no listeners behind, and ends at once on disconnect', async () => {
  const server = await startRedis();
  const way = await startTcpProxy(server.port);
  const redis = connect(`redis://127.0.0.1:${way.port}`, FOR_BLOCKING);
  const listeners = () => redis.eventNames().map((name) => [name, redis.listenerCount(name)]);
  await redis.ping();
  const before = listeners();
  for (let i = 0; i < 12; i++) {
    way.set('cut');
    await vi.waitFor(() => expect(redis.status).not.toBe('ready'), { timeout: 20_000 });
    way.set('pass');
    await redis.ping();
  }
  expect(listeners()).toEqual(before);
  way.set('cut');
  await vi.waitFor(() => expect(redis.status).toBe('reconnecting'), { timeout: 10_000, interval: 5 });
  const waiting = outcome(redis.ping());
  const ended = new Promise((resolve) => redis.once('end', resolve));
  redis.disconnect();
  await ended;
  expect(await waiting).toMatch(/Connection is closed/);
  expect(errors.map(String).filter((error) => error.includes('Connection is closed'))).toEqual([]);
  way.set('pass');
  await redis.connect();
  expect(await redis.ping()).toBe('PONG');
  redis.disconnect();
  await way.close();
  await server.stop();
});

describe('a name that leads to another primary, while old connections stay open', () => {
  let [first, second]: RedisServer[] = [];
  let name: TcpProxy;
  let toFirst: Redis;
  let toSecond: Redis;
  const at = (port: number) => `redis://127.0.0.1:${port}`;

  beforeAll(async () => {
    [first, second] = await Promise.all([
      startRedis({ args: ['--loading-process-events-interval-bytes', '1024'] }),
      startRedis(),
    ]);
    name = await startTcpProxy(first.port);
    toFirst = new Redis(first.url); // without a guard: they stay where they are
    toSecond = new Redis(second.url);
  });
  afterAll(async () => {
    toFirst.disconnect();
    toSecond.disconnect();
    await name.close();
    await Promise.all([first?.stop(), second?.stop()]);
  });
  afterEach(async () => {
    for (const redis of [toFirst, toSecond])
      await vi.waitFor(() => redis.replicaof('NO', 'ONE'), { timeout: 60_000 }); // not while it loads
    if (first) name.lead(first.port);
  });

  /** The first server becomes a replica, of nobody who answers; the name leads to the second one. */
  async function failOver(): Promise<void> {
    await toFirst.replicaof('127.0.0.1', 1);
    if (second) name.lead(second.port);
  }

  async function works(redis: Redis, key: string): Promise<void> {
    await vi.waitFor(async () => expect(await outcome(redis.set(key, 'written'))).toBe('OK'), {
      timeout: 20_000,
    });
    expect(await toSecond.get(key)).toBe('written');
  }

  it('writes go to the new one, after at most an error', async () => {
    const redis = connect(at(name.port));
    await redis.ping();
    await failOver();
    expect(await outcome(redis.set('written', 'x'))).toMatch(/READONLY/);
    await works(redis, 'written');
    expect(errors.map(codeOf)).toContain('REDIS_READONLY');
  });

  it('a script, a transaction and a read that blocks find it too', async () => {
    const [script, transaction, blocked] = [0, 1, 2].map(() => connect(at(name.port), FOR_BLOCKING));
    if (!script || !transaction || !blocked) throw new TypeError('three were opened');
    await Promise.all([script.ping(), transaction.ping(), blocked.ping()]);
    const popped = blocked.bzpopmin('popped', 0).catch(codeOf);
    await vi.waitFor(async () => expect(await toFirst.info('clients')).toMatch(/blocked_clients:1/), {
      timeout: 20_000,
    });
    await failOver();
    expect(await popped).toMatch(/UNBLOCKED/);
    expect(await outcome(script.eval("return redis.call('SET', KEYS[1], 'x')", 1, 'by-script'))).toMatch(
      /READONLY/,
    );
    await transaction.multi().set('by-transaction', 'x').exec().catch(codeOf);
    await works(script, 'by-script');
    await works(transaction, 'by-transaction');
    await toSecond.zadd('popped', 1, 'one');
    expect(await blocked.bzpopmin('popped', 5)).toEqual(['popped', 'one', '1']);
  });

  it('a connection that only reads is moved, and a check of it fails until then', async () => {
    const redis = connect(at(name.port));
    await redis.ping();
    await failOver();
    await toSecond.set('where', 'second');
    expect(await outcome(confirmServer(redis))).toBe('REDIS_READONLY');
    await vi.waitFor(async () => expect(await outcome(confirmServer(redis))).toBe('undefined'), {
      timeout: 20_000,
    });
    expect(await redis.get('where')).toBe('second');
  });

  it('a server that loads the data of the new one is left', async () => {
    if (!second) throw new TypeError('two servers run');
    const redis = connect(at(name.port));
    await redis.ping();
    await toSecond.eval("for i = 1, 3000 do redis.call('SET', 'many' .. i, i) end", 0);
    await toFirst.config('SET', 'key-load-delay', 1000);
    await toFirst.replicaof('127.0.0.1', second.port);
    name.lead(second.port);
    // Where it is asked for its role just before it loads, it has been left by then.
    await vi.waitFor(async () => expect(await outcome(redis.get('many1'))).toMatch(/LOADING|^1$/), {
      timeout: 20_000,
      interval: 20,
    });
    await works(redis, 'while-loading');
    await toFirst.config('SET', 'key-load-delay', 0);
  });

  it('one that nobody asks is moved, too: plain or raw', async () => {
    const redis = connect(at(name.port));
    const raw = RawConnection.open(addressOfUrl(at(name.port)), {
      onError: (error) => void errors.push(error),
      onUnexpected: () => {},
    });
    await redis.ping();
    await vi.waitFor(() => expect(raw?.isReady).toBe(true), { timeout: 20_000 });
    await failOver();
    await toSecond.set('where', 'second');
    const readRaw = async () => {
      const answer = new RawText();
      await raw?.ask(Buffer.from('*2\r\n$3\r\nGET\r\n$5\r\nwhere\r\n'), answer);
      return answer.text;
    };
    await vi.waitFor(
      async () => {
        expect(await redis.get('where')).toBe('second');
        expect(await readRaw()).toBe('second');
      },
      { timeout: 20_000, interval: 200 },
    );
    raw?.close();
  });

  it('with a server that still is a replica behind the name, nothing is written, and it goes on once it is none', async () => {
    const redis = connect(at(name.port), { primaryOnly: true });
    await redis.ping();
    await toFirst.replicaof('127.0.0.1', 1);
    expect(await outcome(redis.set('late', 'x'))).toMatch(/READONLY/);
    await vi.waitFor(async () => expect(await outcome(redis.get('late'))).toBe('REDIS_READONLY'), {
      timeout: 20_000,
    });
    if (second) name.lead(second.port);
    await works(redis, 'late');
  });

  it('a replica can be read from, where no primary was meant', async () => {
    if (!first || !second) throw new TypeError('two servers run');
    await toFirst.set('copied', 'yes');
    await toSecond.replicaof('127.0.0.1', first.port);
    await vi.waitFor(async () => expect(await toSecond.get('copied')).toBe('yes'), { timeout: 20_000 });
    const redis = connect(second.url);
    await expect(confirmServer(redis)).resolves.toBeUndefined();
    expect(await redis.get('copied')).toBe('yes');
    const strict = connect(second.url, { primaryOnly: true });
    expect(await outcome(strict.get('copied'))).toBe('REDIS_READONLY');
  });
});
