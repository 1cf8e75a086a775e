import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type FreshNamespace, freePort, freshNamespace } from '@redis-to-mongo/local-stack';
import { testMongoUri } from '@redis-to-mongo/test-kit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'r2m pack '));
const empty = join(folder, 'empty');
const command = join(empty, 'node_modules/.bin/redis-to-mongo');
const PATH = process.env.PATH ?? '';
const run = promisify(execFile);

let space: FreshNamespace;
let redis: Redis;
let servers: Record<string, string>;
let up: ChildProcess | undefined;
let said = '';

beforeAll(async () => {
  space = await freshNamespace({ mongoUri: testMongoUri() });
  redis = new Redis(space.redis.url);
  servers = { REDIS_URL: space.redis.url, MONGO_URI: space.mongoUri, MONGO_DB_NAME: space.mongoDbName };
  mkdirSync(empty);
  await run(process.execPath, [join(root, 'scripts/run.mjs'), 'pack', '--out', folder]);
  // With an empty cache and no registry, so anything missing in the package makes this fail.
  await run('npm', ['install', `${folder}/redis-to-mongo-${version}.tgz`], {
    cwd: empty,
    env: {
      PATH,
      HOME: folder,
      npm_config_cache: join(folder, 'cache'),
      npm_config_registry: 'http://127.0.0.1:1',
      npm_config_fetch_retries: '0',
    },
  });
});

afterAll(async () => {
  up?.kill('SIGKILL');
  redis.disconnect();
  await space.close();
  rmSync(folder, { recursive: true, force: true });
});

async function call(...args: string[]): Promise<string> {
  return (await run(command, args, { cwd: empty, env: { PATH, ...servers } })).stdout;
}

describe('the package of npm run pack, installed into an empty folder', () => {
  test('reports its version by every app, and has the licenses of its bundled packages', async () => {
    expect(await call('--version')).toBe(`redis-to-mongo ${version}\n`);
    for (const app of ['up', 'scheduler', 'worker', 'dashboard'])
      expect(await call(app, '--version')).toBe(`redis-to-mongo ${app} ${version}\n`);
    expect(await call('hash-password', '--help')).toContain('Enter the password');
    const licenses = readFileSync(
      join(empty, 'node_modules/redis-to-mongo/THIRD-PARTY-LICENSES.txt'),
      'utf8',
    );
    for (const name of ['bullmq', 'mongodb', 'ioredis', 'fastify', '@bull-board/ui', 'uplot'])
      expect(licenses).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+, [A-Z]`, 'm'));
    expect(existsSync(join(empty, 'node_modules/redis-to-mongo/node_modules'))).toBe(false);
  });

  test('mirrors by redis-to-mongo up, on the direct path, shows its pages, and stops in order', async () => {
    for (let i = 0; i < 50; i++) await redis.xadd(`orders:${i % 5}`, '*', 'n', String(i));
    await redis.sadd('orders:1:info:tags', 'a', 'b');
    const [pages, metrics] = [await freePort(), await freePort()];
    up = spawn(command, ['up', '--workers', '2'], {
      cwd: empty,
      env: {
        PATH,
        ...servers,
        DASHBOARD_PORT: String(pages),
        DASHBOARD_PASSWORD: 'pass-word',
        WORKER_HTTP_PORT: String(metrics),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [up.stdout, up.stderr])
      stream?.on('data', (chunk) => {
        said += chunk;
      });
    await vi.waitFor(async () => expect(await call('status')).toContain('complete'), {
      timeout: 60_000,
      interval: 500,
    });
    expect(await call('verify')).toMatch(/6 keys compared: all equal/);

    const authorization = `Basic ${Buffer.from('admin:pass-word').toString('base64')}`;
    const get = async (path: string) => {
      const answer = await fetch(`http://127.0.0.1:${pages}${path}`, { headers: { authorization } });
      return { status: answer.status, text: await answer.text() };
    };
    for (const path of ['/api/status', '/readyz', '/metrics']) expect((await get(path)).status).toBe(200);
    expect((await get('/metrics')).text).toContain(`r2m_build_info{version="${version}"`);
    const login = await fetch(`http://127.0.0.1:${pages}/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: `http://127.0.0.1:${pages}` },
      body: 'username=admin&password=pass-word',
      redirect: 'manual',
    });
    const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
    const page = async (path: string) =>
      await (await fetch(`http://127.0.0.1:${pages}${path}`, { headers: { cookie } })).text();
    expect(await page('/')).toContain(`redis-to-mongo ${version} · dashboard up for`);
    expect(await page('/assets/uplot/uPlot.iife.min.js')).toContain('uPlot');
    const board = await page('/queues');
    const [, script = ''] = /src="([^"]+\.js)"/.exec(board) ?? [];
    expect(
      (await page(new URL(script, `http://127.0.0.1:${pages}/queues/`).pathname)).length,
    ).toBeGreaterThan(10_000);
    const worker = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text();
    expect(worker).not.toMatch(/r2m_stream_reads_total\{path="ordinary"/);

    up.kill('SIGINT');
    expect(await once(up, 'close')).toEqual([0, null]);
    const lines = said
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(new Set(lines.map((line) => line.process ?? line.app))).toEqual(
      new Set(['up', 'scheduler', 'worker-1', 'worker-2', 'dashboard']),
    );
    expect(lines.filter(({ level }) => level !== 'info')).toEqual([]);
  });
});
