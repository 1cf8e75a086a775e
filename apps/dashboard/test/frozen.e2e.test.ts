import { type MongoServer, type RedisServer, startMongo, startRedis } from '@redis-to-mongo/local-stack';
import { connectMongo, type MongoHandle } from '@redis-to-mongo/mongo-sink';
import { NO_TLS } from '@redis-to-mongo/pipeline';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { findBrowser, logInOnce, openPage, startBrowser, takeScreenshot } from './a-browser.js';
import { LOGIN } from './a-dashboard.js';
import { aProcess, endProcesses } from './a-process.js';
import { someKeys } from './some-keys.js';

/** A page must come within this, in ms, whatever the servers do: the status waits up to 6 s for each of them. */
const SOON_MS = 10_000;
const DB = 'frozen';

let redis: RedisServer;
let server: MongoServer;
let mongo: MongoHandle;
const executablePath = await findBrowser();

beforeAll(async () => {
  redis = await startRedis();
  server = await startMongo();
  mongo = connectMongo({ uri: server.uri, dbName: DB, tls: NO_TLS }, 'test of a frozen MongoDB');
  await mongo.db.collection<{ _id: string }>('keys').insertMany(someKeys(Date.now()));
});
afterEach(() => {
  thaw();
  endProcesses();
});
afterAll(async () => {
  await mongo.close();
  await server.stop();
  await redis.stop();
});

/** It keeps its connections open and answers nothing: a machine that swaps, a disk that hangs. */
function freeze(): void {
  if (server.pid === undefined) throw new Error('the server is not one of our own');
  process.kill(server.pid, 'SIGSTOP');
}

function thaw(): void {
  if (server.pid !== undefined) process.kill(server.pid, 'SIGCONT');
}

async function start(): Promise<string> {
  const app = aProcess({
    REDIS_URL: redis.url,
    MONGO_URI: server.uri,
    MONGO_DB_NAME: DB,
    DASHBOARD_USERNAME: LOGIN.username,
    DASHBOARD_PASSWORD: LOGIN.password,
  });
  return (await app.line('dashboard started')).http ?? '';
}

async function logIn(http: string): Promise<string> {
  const answer = await fetch(`${http}/login`, {
    method: 'POST',
    headers: { origin: http, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(LOGIN).toString(),
    redirect: 'manual',
  });
  return answer.headers.get('set-cookie')?.split(';')[0] ?? '';
}

describe('while MongoDB is frozen', () => {
  test('every page is a page and comes soon, and a button is answered', async () => {
    const http = await start();
    const headers = { cookie: await logIn(http), accept: 'text/html' };
    await vi.waitFor(
      async () => expect(await (await fetch(`${http}/keys`, { headers })).text()).toContain('140 keys'),
      { timeout: 20_000 },
    );
    const open = await (await fetch(`${http}/key?id=shop%3A8`, { headers })).text();
    const token = /name="csrf-token" content="([\w-]+)"/.exec(open)?.[1] ?? '';
    freeze();
    for (const [path, status, says] of [
      ['/key?id=shop%3A7', 503, /cannot be read now \(MONGO_TIMEOUT\).*Status page shows which server/s],
      ['/keys', 200, /keys cannot be read now.*the list is outdated.*140 keys/s],
      ['/', 200, /<h1>MongoDB cannot be read.*MongoDB did not answer/s],
    ] as const) {
      // The first page may still come from what was read before; the second one knows.
      let slowest = 0;
      await vi.waitFor(
        async () => {
          const began = Date.now();
          const answer = await fetch(http + path, { headers });
          const text = await answer.text();
          slowest = Math.max(slowest, Date.now() - began);
          expect([answer.status, answer.headers.get('content-type')], path).toEqual([
            status,
            'text/html; charset=utf-8',
          ]);
          expect(text, path).toMatch(says);
        },
        { timeout: 40_000, interval: 500 },
      );
      expect(slowest, path).toBeLessThan(SOON_MS);
    }
    const began = Date.now();
    const asked = await fetch(`${http}/keys/actions`, {
      method: 'POST',
      headers: {
        cookie: headers.cookie,
        origin: http,
        'content-type': 'application/json',
        'x-csrf-token': token,
      },
      body: JSON.stringify({ action: 'pause', key: 'shop:8' }),
    });
    expect([asked.status, await asked.json()]).toEqual([
      503,
      { error: expect.stringMatching(/failed|may still run/) },
    ]);
    expect(Date.now() - began).toBeLessThan(SOON_MS);
    thaw();
    await vi.waitFor(
      async () => expect((await fetch(`${http}/key?id=shop%3A7`, { headers })).status).toBe(200),
      { timeout: 60_000, interval: 500 },
    );
  });

  test('one that starts then says that MongoDB can’t be read, not that keys are being read', async () => {
    freeze();
    const http = await start();
    const headers = { cookie: await logIn(http), accept: 'text/html' };
    await vi.waitFor(
      async () => {
        const text = await (await fetch(`${http}/`, { headers })).text();
        expect(text).toContain('<h1>MongoDB cannot be read');
        expect(text).not.toContain('Reading the state');
      },
      { timeout: 15_000, interval: 200 },
    );
    const list = await (await fetch(`${http}/keys`, { headers })).text();
    expect(list).not.toContain('No key matches');
  });

  test.skipIf(executablePath === undefined)(
    'an open page says that what it shows is old, and goes on (needs Chromium)',
    async () => {
      let browser: Browser | undefined;
      try {
        const http = await start();
        browser = await startBrowser(executablePath ?? '');
        const login = { storageState: await logInOnce(browser, http) };
        const { page } = await openPage(browser, `${http}/key?id=shop%3A7`, login);
        await page.getByRole('heading', { name: 'shop:7' }).waitFor();
        freeze();
        await page.getByText('the page is outdated').waitFor({ state: 'visible' });
        await takeScreenshot(page, 'key-old');
        await page.goto(`${http}/key?id=shop%3A8`);
        await page.getByText('cannot be read now (MONGO_TIMEOUT)').waitFor();
        await takeScreenshot(page, 'key-error');
        await page.goto(`${http}/keys`);
        await takeScreenshot(page, 'keys-old');
        thaw();
        await page.goto(`${http}/key?id=shop%3A7`);
        await page.getByRole('heading', { name: 'shop:7' }).waitFor();
        await page.goto(`${http}/`);
        const lag = page.locator('[data-chart="lag"] .reading');
        // The fleet is read for a sixth of the time, so on a busy machine the next reading may begin late.
        await lag.filter({ hasText: /^now \d/ }).waitFor({ timeout: 120_000 });
        freeze();
        await lag.filter({ hasText: /^now not known, at most \d/ }).waitFor({ timeout: 120_000 });
        thaw();
      } finally {
        await browser?.close();
      }
    },
  );
});
