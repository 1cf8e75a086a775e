import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type FreshNamespace, freshNamespace } from '@redis-to-mongo/local-stack';
import { builtApp, testMongoUri } from '@redis-to-mongo/test-kit';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';

const COMMAND = builtApp('apps/cli/bin/redis-to-mongo.mjs');

interface Line {
  readonly process?: string;
  readonly app: string;
  readonly pid: number;
  readonly msg: string;
  readonly level: string;
}

let space: FreshNamespace;
const started = new Set<ChildProcess>();

beforeAll(async () => {
  space = await freshNamespace({ mongoUri: testMongoUri() });
});
afterEach(() => {
  for (const child of started) child.kill('SIGKILL');
  started.clear();
});
afterAll(async () => await space.close());

function up(args: readonly string[] = [], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [COMMAND, 'up', ...args], {
    env: {
      PATH: process.env.PATH ?? '',
      REDIS_URL: space.redis.url,
      MONGO_URI: space.mongoUri,
      MONGO_DB_NAME: space.mongoDbName,
      DASHBOARD_PORT: '0',
      DASHBOARD_PASSWORD: 'pass-word',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.add(child);
  const out = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk) => {
      out[name] += chunk;
    });
  const lines = (): Line[] =>
    out.stdout.split('\n').flatMap((line) => (line.endsWith('}') ? [JSON.parse(line)] : []));
  const said = async (name: string, msg: string, times = 1) =>
    await vi.waitFor(
      () => {
        const found = lines().filter((line) => (line.process ?? line.app) === name && line.msg === msg);
        expect(found.length, `${name}: ${msg}\n${out.stdout}${out.stderr}`).toBeGreaterThanOrEqual(times);
        return found.at(-1);
      },
      { timeout: 30_000 },
    );
  const isUp = async () => {
    await said('scheduler', 'scheduler started');
    await said('worker-1', 'worker started');
    await said('dashboard', 'dashboard started');
  };
  const ended = once(child, 'close').then(([code]) => code);
  const pids = () => [...new Set(lines().map(({ pid }) => pid))];
  return { child, out, lines, said, isUp, ended, pids };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('a worker that dies is started again, and one Ctrl-C ends all in order', async () => {
  const fleet = up();
  await fleet.isUp();
  const worker = await fleet.said('worker-1', 'worker started');
  process.kill(worker?.pid ?? 0, 'SIGKILL');
  await fleet.said('up', 'worker-1 was ended by SIGKILL; it is started again');
  await fleet.said('worker-1', 'worker started', 2);
  fleet.child.kill('SIGINT');
  expect(await fleet.ended).toBe(0);
  for (const name of ['scheduler', 'worker-1', 'dashboard']) await fleet.said(name, 'stopped');
  expect(fleet.pids().filter(isAlive)).toEqual([]);
});

test('a supervisor that is killed leaves no process behind', async () => {
  const fleet = up(['--workers', '2']);
  await fleet.isUp();
  fleet.child.kill('SIGKILL');
  await vi.waitFor(() => expect(fleet.pids().filter(isAlive)).toEqual([]), { timeout: 20_000 });
});

test('a wrong configuration ends it before anything is started, and is reported once', async () => {
  const fleet = up([], { REDIS_PORT: 'x', REDIS_URL: '' });
  expect(await fleet.ended).toBe(2);
  expect(fleet.out.stderr.match(/REDIS_PORT/g)).toHaveLength(1);
  expect(fleet.out.stdout).toBe('');
  const workers = up(['--workers', 'many']);
  expect(await workers.ended).toBe(2);
  expect(workers.out.stderr).toContain('--workers many: write a whole number from 1 to 64');
});

test('a process that a restart will not help ends the fleet, with its reason', async () => {
  const first = up();
  await first.isUp();
  first.child.kill('SIGTERM');
  expect(await first.ended).toBe(0);
  // The same queue, another database: the fleet there is another one.
  const second = up([], { MONGO_DB_NAME: `${space.mongoDbName}_other` });
  expect(await second.ended).toBe(2);
  const errors = second.lines().filter((line) => line.app === 'up' && line.level === 'error');
  expect(errors.map(({ msg }) => msg)).toEqual([
    expect.stringMatching(/^(scheduler|worker-1) ended with exit code 2; its configuration is invalid/),
  ]);
  expect(second.out.stdout).toContain('FLEET_MISMATCH');
  expect(second.pids().filter(isAlive)).toEqual([]);
});
