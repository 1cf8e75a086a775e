import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromiumPath, type FreshNamespace, freshNamespace } from '@redis-to-mongo/local-stack';
import { connectMongo, type MongoHandle, readKey, readKeySummaries } from '@redis-to-mongo/mongo-sink';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { KeySnapshot } from '../src/keys/key-snapshot.js';
import { aDashboard, LOGIN } from './a-dashboard.js';
import { someKeys } from './some-keys.js';

const executablePath = await chromiumPath();
if (executablePath === undefined)
  console.warn('The pages are not tested in a browser: install chromium, or name one in CHROME_PATH.');
/** Kept to be looked at; git ignores it. */
const SHOTS = fileURLToPath(new URL('../artifacts/', import.meta.url));

describe.skipIf(executablePath === undefined)('the pages in a browser', () => {
  let space: FreshNamespace;
  let mongo: MongoHandle;
  let browser: Browser;
  let dashboard: Awaited<ReturnType<typeof aDashboard>>;
  let address: string;
  let context: BrowserContext;
  let page: Page;
  let problems: string[];

  beforeAll(async () => {
    mkdirSync(SHOTS, { recursive: true });
    space = await freshNamespace({ mongoUri: inject('mongoUri') });
    mongo = connectMongo(
      { uri: space.mongoUri, dbName: space.mongoDbName, tls: { enabled: false, rejectUnauthorized: true } },
      'dashboard pages test',
    );
    browser = await chromium.launch({
      ...(executablePath === undefined ? {} : { executablePath }),
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    });
  });
  afterAll(async () => {
    await browser?.close();
    await mongo?.close();
    await space?.close();
  });
  beforeEach(async () => {
    await keys().insertMany(someKeys(Date.now()));
    const { db } = mongo;
    dashboard = await aDashboard(space.redis.url, {
      snapshot: new KeySnapshot((query) => readKeySummaries(db, query)),
      keys: { readKey: (key) => readKey(db, key), nextRuns: (names) => dashboard.queue.nextRuns(names) },
    });
    address = await dashboard.server.listen({ host: '127.0.0.1', port: 0 });
  });
  afterEach(async () => {
    await context?.close();
    await dashboard.close();
    await keys().deleteMany({});
  });

  function keys() {
    return mongo.db.collection<{ _id: string }>('keys');
  }

  /** Opens a page as a person does, by the login; whatever the browser complains of is a problem. */
  async function open(path: string, settings: Parameters<Browser['newContext']>[0] = {}) {
    context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...settings });
    page = await context.newPage();
    problems = [];
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(address + path);
    await page.getByLabel('User name').fill(LOGIN.username);
    await page.getByLabel('Password').fill(LOGIN.password);
    await page.keyboard.press('Enter');
    await page.waitForURL(address + path);
    await page.locator('#stale').waitFor({ state: 'hidden' });
  }

  test('the pages load without a complaint of the browser', async () => {
    await open('/');
    await page.waitForTimeout(6000);
    await page.screenshot({ path: `${SHOTS}status-light.png`, fullPage: true });
    await page.goto(`${address}/keys`);
    await page.waitForTimeout(1000);
    await page.screenshot({ path: `${SHOTS}keys-light.png` });
    await page.goto(`${address}/key?id=shop:7`);
    await page.waitForTimeout(1000);
    await page.screenshot({ path: `${SHOTS}key-light.png`, fullPage: true });
    await page.getByRole('button', { name: 'Resync' }).click();
    await page.screenshot({ path: `${SHOTS}dialog-light.png` });
    expect(problems).toEqual([]);
  });
});
