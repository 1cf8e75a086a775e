import { existsSync, readFileSync } from 'node:fs';
import { type FreshNamespace, freshNamespace } from '@redis-to-mongo/local-stack';
import { testMongoUri } from '@redis-to-mongo/test-kit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { aProcess, endProcesses } from './a-process.js';

const NOTHING_THERE = {
  REDIS_URL: 'redis://me:s3cret@127.0.0.1:1',
  MONGO_URI: 'mongodb://me:s3cret@127.0.0.1:1',
};

let space: FreshNamespace;

beforeAll(async () => {
  space = await freshNamespace({ mongoUri: testMongoUri() });
});
afterEach(endProcesses);
afterAll(async () => await space.close());

function start(env: Record<string, string>) {
  const servers = { REDIS_URL: space.redis.url, MONGO_URI: space.mongoUri, MONGO_DB_NAME: space.mongoDbName };
  return aProcess({ ...servers, ...env });
}

function basic(username: string, password: string) {
  return { headers: { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` } };
}

describe('the dashboard as a process', () => {
  test('without a password makes one up, says where it is, lets nobody in without it, and stops in order', async () => {
    const app = start({});
    const { http } = await app.line('dashboard started');
    const { where = '' } = await app.line('no password is set');
    expect(http).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const password = /password: {2}(.*)/.exec(readFileSync(where, 'utf8'))?.[1] ?? '';
    expect(app.out.stdout + app.out.stderr).not.toContain(password);

    expect((await fetch(`${http}/api/status`)).status).toBe(401);
    const status = await fetch(`${http}/api/status`, basic('admin', password));
    expect(await status.json()).toMatchObject({
      verdict: { level: 'broken', title: 'No scheduler is active' },
      fleet: { types: [], backlogs: [], errors: [] },
      queue: { workers: 0, paused: false, inCharge: false },
    });
    expect((await fetch(`${http}/readyz`, basic('admin', password))).status).toBe(200);

    app.child.kill('SIGTERM');
    expect(await app.ended).toBe(0);
    expect(existsSync(where)).toBe(false);
  });

  test('starts, says what is wrong and stops in order while neither server is there', async () => {
    const app = start({ ...NOTHING_THERE, DASHBOARD_PASSWORD: 'pass-word' });
    const { http } = await app.line('dashboard started');
    const status = await fetch(`${http}/api/status`, basic('admin', 'pass-word'));
    expect(await status.json()).toMatchObject({
      verdict: { level: 'broken', title: 'The queue’s Redis cannot be read' },
      fleet: { error: expect.any(String) },
      queue: { error: expect.any(String) },
    });
    expect((await fetch(`${http}/readyz`, basic('admin', 'pass-word'))).status).toBe(503);
    expect((await fetch(`${http}/healthz`)).status).toBe(200);
    app.child.kill('SIGTERM');
    expect(await app.ended).toBe(0);
    expect(app.out.stdout + app.out.stderr).not.toMatch(/s3cret|pass-word/);
  });

  test('stops in order while pages are open, whose streams of news end then', async () => {
    const app = start({ DASHBOARD_PASSWORD: 'pass-word' });
    const { http = '' } = await app.line('dashboard started');
    const login = await fetch(`${http}/login`, {
      method: 'POST',
      headers: { origin: http, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'username=admin&password=pass-word',
      redirect: 'manual',
    });
    const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
    const live = await fetch(`${http}/live`, { headers: { cookie } });
    expect(live.headers.get('content-type')).toContain('text/event-stream');
    const reader = live.body?.getReader();
    expect((await reader?.read())?.done).toBe(false);
    app.child.kill('SIGTERM');
    while ((await reader?.read())?.done === false);
    expect(await app.ended).toBe(0);
  });

  test('answers health and metrics on a port of their own without a login, and nothing else there', async () => {
    const app = start({ DASHBOARD_PASSWORD: 'pass-word', DASHBOARD_HTTP_PORT: '0' });
    const { http = '', health = '' } = await app.line('dashboard started');
    expect(health).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(health).not.toBe(http);
    const ready = await fetch(`${health}/readyz`);
    expect(await ready.json()).toMatchObject({ status: 'ready', checks: [{ ok: true }, { ok: true }] });
    expect(await (await fetch(`${health}/metrics`)).text()).toContain(
      'process_cpu_seconds_total{app="dashboard"}',
    );
    for (const path of ['/', '/keys', '/queues', '/api/status', '/login'])
      expect((await fetch(health + path)).status, path).toBe(404);
    expect((await fetch(`${http}/metrics`)).status).toBe(401);
    app.child.kill('SIGTERM');
    expect(await app.ended).toBe(0);
  });

  test('does not start where others can reach it without a password', async () => {
    const app = start({ DASHBOARD_HOST: '0.0.0.0' });
    expect(await app.ended).toBe(2);
    expect(app.out.stderr).toContain('DASHBOARD_PASSWORD');
    expect(app.out.stderr).not.toContain('    at ');
  });

  test('names the option when its port is taken', async () => {
    const first = start({});
    const { http = '' } = await first.line('dashboard started');
    const second = start({ DASHBOARD_PORT: new URL(http).port });
    expect(await second.ended).toBe(1);
    expect(second.out.stdout).toContain('Set DASHBOARD_PORT to a free port');
  });

  test('names the option when the password’s hash is no hash', async () => {
    const app = start({
      DASHBOARD_PASSWORD_HASH: '$scrypt$ln=31,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046w',
    });
    expect(await app.ended).toBe(2);
    expect(app.out.stdout + app.out.stderr).toContain('DASHBOARD_PASSWORD_HASH');
  });
});
