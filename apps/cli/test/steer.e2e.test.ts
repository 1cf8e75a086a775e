import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { builtApp, WORKER } from '@redis-to-mongo/test-kit';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type CliUnderTest, cliUnderTest } from './cli-under-test.js';

const MAIN = 'apps/cli/dist/main.js';

let cli: CliUnderTest;

beforeAll(async () => {
  cli = await cliUnderTest({ VALUE_INLINE_MEMBERS: '100' });
  await cli.redis.sadd('few', 'a', 'b');
  for (let i = 0; i < 30; i++) await cli.redis.xadd('orders', '*', 'n', String(i));
  await cli.redis.sadd('tags', ...Array.from({ length: 500 }, (_, i) => `t${i}`));
});
afterAll(() => cli.close());

/** A built app as a process; nothing of the shell's environment leaks in. */
function start(main: string, args: readonly string[], stdio: 'pipe' | 'ignore' = 'pipe') {
  const env = { PATH: process.env.PATH ?? '', LOG_FORMAT: 'json', ...cli.env };
  return spawn(process.execPath, [builtApp(main), ...args], {
    cwd: tmpdir(),
    env,
    stdio: ['ignore', stdio, stdio],
  });
}

async function run(...args: string[]) {
  const child = start(MAIN, args);
  let stdout = '';
  child.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, stdout };
}

test('the built command runs by itself, ends with its exit code, and leaves no colors in a pipe', async () => {
  expect(await run('keys', '--limit', 'x')).toEqual({ code: 2, stdout: '' });
  const { code, stdout } = await run('once');
  expect(stdout).toMatch(/^3 keys: 3 synced$/m);
  expect(code).toBe(0);
  expect((await run('status')).stdout).not.toContain('\x1b');
});

test('a reader that goes away ends the command without an error', async () => {
  const child = start(MAIN, ['config']);
  child.stdout?.destroy();
  expect((await once(child, 'close'))[0]).toBe(0);
});

test('a reader that goes away makes no command succeed: it ends with its own code, also one that repeats its output', async () => {
  for (const [args, stream, code] of [
    [['verify', 'nothing-here*', '--json'], 'stderr', 1],
    [['keys', '--limit', 'x'], 'stderr', 2],
    [['status'], 'stdout', 1],
    [['status', '--watch'], 'stdout', 1],
  ] as const) {
    const child = start(MAIN, args);
    child[stream]?.destroy();
    expect(await once(child, 'close'), args.join(' ')).toEqual([code, null]);
  }
});

test('a value that MongoDB refused is written by a worker once its dead letter is replayed', async () => {
  await cli.db.collection('strings').createIndex({ value: 1 }, { unique: true });
  for (const key of ['refused 1', 'refused 2']) await cli.redis.set(key, 'same');
  expect((await run('once', 'refused*')).code).toBe(1);
  await cli.db.collection('strings').dropIndex('value_1');
  const worker = start(WORKER, [], 'ignore');
  try {
    const { code, stdout } = await run('dead-letters', 'replay', '--all', 'refused*');
    expect(stdout).toMatch(/^refused [12]@a1:value +requested$/m);
    expect(code).toBe(0);
    // Neither value changes, and no scheduler runs: nothing else has the worker read it.
    await vi.waitFor(
      async () => expect((await cli.run('verify', 'refused*', '--settle', '0')).stdout).toMatch(/all equal/),
      { timeout: 30_000, interval: 100 },
    );
  } finally {
    worker.kill('SIGTERM');
    await once(worker, 'close');
  }
});

test('sync has a worker sync a key out of turn, and refuses keys that nobody mirrors', async () => {
  await cli.redis.xadd('orders', '*', 'n', 'new');
  expect(await cli.run('sync', 'orders', 'nobody', '{r2m}:x')).toMatchObject({
    code: 1,
    stderr: 'no worker is connected: the jobs wait for one\n',
    stdout: expect.stringMatching(
      /^orders +asked for\nnobody +neither Redis nor MongoDB.*\n\{r2m\}:x +not mirrored/m,
    ),
  });
  expect((await cli.run('sync', 'nobody')).stderr).toBe('');
  const worker = start(WORKER, [], 'ignore');
  try {
    await vi.waitFor(
      async () =>
        expect(await cli.json('explain', 'orders')).toMatchObject({ state: { counts: { seen: 31 } } }),
      { timeout: 30_000, interval: 100 },
    );
    // It reports every two seconds.
    await vi.waitFor(async () => expect((await cli.json('status')).queue).toMatchObject({ workers: 1 }), {
      timeout: 30_000,
      interval: 100,
    });
    expect((await run('resync', 'orders', '--yes')).code).toBe(0);
    await vi.waitFor(
      async () =>
        expect(await cli.json('explain', 'orders')).toMatchObject({
          state: { incarnation: 2, counts: { seen: 62 } },
        }),
      { timeout: 30_000, interval: 100 },
    );
  } finally {
    worker.kill('SIGTERM');
    await once(worker, 'exit');
  }
});

test('resync begins the next incarnation of a stream, with its messages of both', async () => {
  expect((await cli.run('resync', 'orders')).code).toBe(2);
  expect((await cli.run('resync', 'nobody', '--yes')).code).toBe(1);
  const { code, stdout } = await cli.run('resync', 'orders', '--yes', '--here');
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'incarnation 3 of orders: synced, 31 entries\n' });
  expect(await cli.db.collection('stream_messages').countDocuments({ stream: 'orders' })).toBe(93);
  expect(await cli.run('verify', '--settle', '0')).toMatchObject({ code: 0 });
  expect(await cli.run('gaps')).toMatchObject({ code: 0 });
});

test('resync reads a value anew, small or large, and leaves nothing of its earlier incarnation in it', async () => {
  for (const key of ['tags', 'few']) {
    expect(await cli.run('resync', key, '--yes', '--here')).toMatchObject({ code: 0 });
    expect((await cli.json('explain', key)).state).toMatchObject({ incarnation: 2, status: 'active' });
    expect(await cli.run('verify', key, '--settle', '0')).toMatchObject({ code: 0 });
  }
  expect(await cli.db.collection('set_members').countDocuments({ key: 'tags', until: null })).toBe(500);
});
