import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort, startMongo, startRedis, startTcpProxy, type TcpProxy } from '@redis-to-mongo/local-stack';
import { addressOfUrl, connectRedis } from '@redis-to-mongo/redis-connection';
import { builtApp } from '@redis-to-mongo/test-kit';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type CliUnderTest, cliUnderTest } from './cli-under-test.js';

const BIN = builtApp('apps/cli/bin/redis-to-mongo.mjs');

/** No command may take longer than this to find out that a server is away, in ms; the machine may be busy. */
const LIMIT_MS = 60_000;

let cli: CliUnderTest;
let redisProxy: TcpProxy;
let mongoProxy: TcpProxy;
let away: string;
const running = new Set<ChildProcessWithoutNullStreams>();

beforeAll(async () => {
  cli = await cliUnderTest();
  await fill('stream', 60, 20);
  redisProxy = await startTcpProxy(Number(new URL(cli.namespace.redis.url).port));
  mongoProxy = await startTcpProxy(Number(new URL(cli.namespace.mongoUri).port));
  away = `redis://127.0.0.1:${await freePort()}`;
});
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
  for (const proxy of [redisProxy, mongoProxy]) {
    proxy.delay(0);
    proxy.set('pass');
  }
});
afterAll(async () => {
  await Promise.all([redisProxy.close(), mongoProxy.close()]);
  await cli.close();
});

async function fill(name: string, streams: number, entries: number): Promise<void> {
  const pipeline = cli.redis.pipeline();
  for (let key = 0; key < streams; key++)
    for (let i = 0; i < entries; i++) pipeline.xadd(`${name}-${key}`, `${i + 1}-1`, 'n', String(i));
  await pipeline.exec();
}

function start(env: Readonly<Record<string, string>>, ...args: string[]) {
  const child = spawn(process.execPath, [BIN, ...args], {
    env: { PATH: process.env.PATH ?? '', ...cli.env, ...env },
  });
  running.add(child);
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk: Buffer) => {
      said[name] += chunk.toString();
    });
  const ended = once(child, 'close').then(([code]) => ({ code: Number(code), ...said }));
  return { child, ended };
}

const run = async (env: Readonly<Record<string, string>>, ...args: string[]) =>
  await start(env, ...args).ended;

describe('a command ends, with the documented code', () => {
  it(
    'status with a wrong password of MongoDB',
    async () => {
      const guarded = await startMongo({ credentials: { username: 'admin', password: 'right' } });
      try {
        const uri = new URL(guarded.uri);
        uri.password = 'wrong';
        const { code, stdout, stderr } = await run({ MONGO_URI: uri.href }, 'status');
        expect(code).toBe(2);
        expect(stdout + stderr).toMatch(/refused the user name or password/);
      } finally {
        await guarded.stop();
      }
    },
    LIMIT_MS,
  );

  it(
    'sync of an unknown key with the queue away, which names the queue’s options',
    async () => {
      const { code, stderr } = await run({ QUEUE_REDIS_URL: away }, 'sync', 'nobody');
      expect(stderr).toMatch(/^redis-to-mongo: the queue’s Redis does not answer .*QUEUE_REDIS_URL/m);
      expect(code).toBe(3);
    },
    LIMIT_MS,
  );

  it(
    'status with the queue away, which names the queue’s options',
    async () => {
      const { code, stdout } = await run({ QUEUE_REDIS_URL: away }, 'status', '--json');
      expect(JSON.parse(stdout).verdict.reasons).toContainEqual({
        code: 'queue-unreadable',
        level: 'broken',
        what: 'The queue’s Redis cannot be read',
        remedy: expect.stringMatching(/^REDIS_UNAVAILABLE: the queue’s Redis .* QUEUE_REDIS_URL/),
      });
      expect(code).toBe(3);
    },
    LIMIT_MS,
  );

  it(
    'resync and resume with the queue away, and change nothing',
    async () => {
      await cli.run('once', 'stream-1');
      await cli.run('pause', 'stream-1');
      for (const argv of [
        ['resync', 'stream-1', '--yes'],
        ['resume', 'stream-1'],
      ]) {
        const { code, stderr } = await run({ QUEUE_REDIS_URL: away }, ...argv);
        expect({ argv, code, stderr }).toMatchObject({
          code: 3,
          stderr: expect.stringMatching(/the queue’s Redis does not answer/),
        });
        expect((await cli.json('explain', 'stream-1')).state).toMatchObject({
          incarnation: 1,
          pausedAt: expect.any(String),
        });
      }
      await cli.run('resume', 'stream-1');
    },
    2 * LIMIT_MS,
  );

  it(
    'restore to a Redis that is away, which names --to',
    async () => {
      const { code, stderr } = await run({}, 'restore', 'stream-1', '--to', away);
      expect({ code, stderr }).toMatchObject({
        code: 3,
        stderr: expect.stringContaining('the Redis of --to'),
      });
    },
    LIMIT_MS,
  );

  const COMMANDS: readonly (readonly string[])[] = [
    ['status'],
    ['explain', 'stream-1'],
    ['plan'],
    ['once'],
    ['sync', 'stream-1'],
    ['verify', '--settle', '0'],
    ['doctor'],
  ];

  /** Without a queue, a verification beside the first sync may find differences. What needs nothing that is away goes on. */
  const allowed = (argv: string, away: string) =>
    argv === 'doctor'
      ? [1]
      : away === 'nothing answers'
        ? [3]
        : argv.startsWith('verify')
          ? [0, 1, 3]
          : [0, 3];

  it.each([
    ['no source answers', { REDIS_URL: 'AWAY', QUEUE_REDIS_URL: 'HERE' }],
    ['no node of a cluster answers', { REDIS_CLUSTER_NODES: 'AWAY', REDIS_URL: '', QUEUE_REDIS_URL: 'HERE' }],
    ['no Sentinel answers', { REDIS_SENTINELS: 'AWAY', REDIS_URL: '', QUEUE_REDIS_URL: 'HERE' }],
    ['no queue answers', { QUEUE_REDIS_URL: 'AWAY' }],
    ['nothing answers', { REDIS_URL: 'AWAY', MONGO_URI: 'mongodb://127.0.0.1:1' }],
  ])(
    'when %s',
    async (what, template) => {
      const env = Object.fromEntries(
        Object.entries(template).map(([name, value]) => [
          name,
          value === 'HERE'
            ? cli.namespace.redis.url
            : value === 'AWAY'
              ? name.endsWith('URL')
                ? away
                : away.replace('redis://', '')
              : value,
        ]),
      );
      const answers = await Promise.all(
        COMMANDS.map(async (argv) => {
          const { code, stderr } = await run(env, ...argv);
          return { argv: argv.join(' '), code, stderr: stderr.split('\n')[0] };
        }),
      );
      // A doctor's findings are its answer; what needs no queue, or no source, goes on without.
      for (const { argv, code, stderr } of answers)
        expect(allowed(argv, what), `${argv}: ${stderr}`).toContain(code);
      expect(answers.find(({ argv }) => argv === 'status')?.code).toBe(3);
    },
    3 * LIMIT_MS,
  );

  it(
    'when the source, or MongoDB, takes everything and answers nothing',
    async () => {
      redisProxy.set('hang');
      mongoProxy.set('hang');
      const env = { QUEUE_REDIS_URL: cli.namespace.redis.url };
      const [source, target] = await Promise.all([
        run({ ...env, REDIS_URL: `redis://127.0.0.1:${redisProxy.port}` }, 'plan'),
        run({ ...env, MONGO_URI: cli.namespace.mongoUri.replace(/:\d+/, `:${mongoProxy.port}`) }, 'keys'),
      ]);
      expect([source.code, target.code]).toEqual([3, 3]);
      expect(target.stderr).toMatch(/MongoDB accepts connections, but does not answer/);
    },
    2 * LIMIT_MS,
  );
});

describe('Ctrl-C ends a command with 130, and what was done so far is printed', () => {
  const through = () => ({
    REDIS_URL: `redis://127.0.0.1:${redisProxy.port}`,
    QUEUE_REDIS_URL: cli.namespace.redis.url,
    MONGO_URI: cli.namespace.mongoUri.replace(/:\d+/, `:${mongoProxy.port}`),
  });
  const until = async (condition: () => Promise<boolean>) =>
    await vi.waitFor(async () => expect(await condition()).toBe(true), { timeout: 60_000, interval: 5 });
  /** Those that have ended count, too: those of an earlier command may end at any moment. */
  const connectionsSoFar = async () =>
    Number(/total_connections_received:(\d+)/.exec(await cli.redis.info('stats'))?.[1]);
  /** Stops the servers in the middle of the work, then the command: it can't have come to its end. */
  async function interrupt(condition: () => Promise<boolean>, ...argv: string[]) {
    const { child, ended } = start(through(), ...argv);
    await until(condition);
    redisProxy.set('hang');
    mongoProxy.set('hang');
    child.kill('SIGINT');
    return await ended;
  }

  it(
    'once',
    async () => {
      await cli.db.dropDatabase();
      mongoProxy.delay(25);
      const done = async () => (await cli.db.collection('keys').countDocuments({})) > 0;
      const { code, stdout } = await interrupt(done, 'once', '--concurrency', '4', '--json');
      const { interrupted, of, keys } = JSON.parse(stdout);
      expect({ code, interrupted, of }).toEqual({ code: 130, interrupted: true, of: 60 });
      expect(keys.length).toBeLessThan(60);
      for (const each of keys)
        expect(each).toMatchObject({
          key: expect.stringMatching(/^stream-\d+$/),
          result: 'synced',
          seen: 20,
        });
    },
    LIMIT_MS,
  );

  it(
    'verify',
    async () => {
      await cli.run('once');
      await cli.db.collection('stream_messages').deleteMany({ entryId: '1-1' });
      await cli.redis.config('RESETSTAT');
      redisProxy.delay(25);
      // Each of the 60 streams is read with the others first, and then alone, because it differs.
      const compared = async () => {
        const calls = /cmdstat_xrange:calls=(\d+)/.exec(await cli.redis.info('commandstats'))?.[1];
        return Number(calls ?? 0) > 60 + 24;
      };
      const { code, stdout, stderr } = await interrupt(compared, 'verify');
      expect(code).toBe(130);
      expect(stdout).toMatch(/^stream-\d+ +stream/m);
      expect(stdout).toMatch(/^\d+ keys compared: \d+ differ$/m);
      expect(stderr).toMatch(/interrupted: \d+ of 60 keys compared/);
    },
    LIMIT_MS,
  );

  it(
    'verify whose reader has gone, too: it has not succeeded',
    async () => {
      const before = await connectionsSoFar();
      mongoProxy.set('hang');
      const { child, ended } = start(through(), 'verify');
      child.stdout.destroy();
      await until(async () => (await connectionsSoFar()) > before);
      child.kill('SIGTERM');
      expect((await ended).code).toBe(143);
    },
    LIMIT_MS,
  );

  it(
    'restore',
    async () => {
      const target = await startRedis();
      const redis = connectRedis(addressOfUrl(target.url), () => {});
      // Streams as long as these are restored one by one.
      await fill('long', 30, 101);
      await cli.run('once', 'long-*');
      try {
        mongoProxy.delay(25);
        const written = async () => (await redis.dbsize()) > 10;
        const { code, stdout, stderr } = await interrupt(written, 'restore', 'long-*', '--to', target.url);
        expect(code).toBe(130);
        expect(stdout).toMatch(/^\d+ of 30 keys restored/m);
        expect(stderr).toMatch(/interrupted: \d+ keys are left/);
        // What is there is whole, what is not whole goes by itself, and the next run continues.
        for (const key of await redis.keys('*'))
          if (key.startsWith('long-')) expect(await redis.xlen(key), key).toBe(101);
          else {
            expect(key).toMatch(/^redis-to-mongo:restore:\{long-\d+\}:/);
            expect(await redis.pttl(key)).toBeGreaterThan(0);
          }
        expect((await run({}, 'restore', 'long-*', '--to', target.url)).stdout).not.toMatch(/failed/);
        for (let i = 0; i < 30; i++) expect(await redis.xlen(`long-${i}`)).toBe(101);
        expect(await redis.pttl('long-0')).toBe(-1);
      } finally {
        redis.disconnect();
        await target.stop();
      }
    },
    LIMIT_MS,
  );

  it(
    'any other one at once, and by SIGTERM with 143',
    async () => {
      const before = await connectionsSoFar();
      redisProxy.set('hang');
      const { child, ended } = start({ REDIS_URL: `redis://127.0.0.1:${redisProxy.port}` }, 'plan');
      await until(async () => (await connectionsSoFar()) > before);
      child.kill('SIGTERM');
      expect(await ended).toMatchObject({ code: 143, stdout: '' });
    },
    LIMIT_MS,
  );
});
