import { type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBrowser, logInOnce, openPage, startBrowser, takeScreenshot } from './a-browser.js';
import { aDashboard } from './a-dashboard.js';
import { findNginx, type Nginx, startNginx } from './an-nginx.js';

const [executablePath, nginxCommand] = [await findBrowser(), await findNginx()];
const isMissing = executablePath === undefined || nginxCommand === undefined;

describe.skipIf(isMissing)(
  'in a browser, behind a real nginx that ends TLS and serves a path (needs nginx and Chromium)',
  () => {
    let redis: RedisServer;
    let dashboard: Awaited<ReturnType<typeof aDashboard>>;
    let nginx: Nginx;
    let browser: Browser;
    let address: string;

    beforeAll(async () => {
      redis = await startRedis();
      dashboard = await aDashboard(redis.url, { basePath: '/ops/mirror' });
      await dashboard.queue.schedulers.set(['orders'], 3_600_000);
      const own = await dashboard.server.listen({ host: '127.0.0.1', port: 0 });
      // As nginx is by default: Host is rewritten, answers are buffered, and no header names the client or TLS.
      nginx = await startNginx(nginxCommand ?? '', `location /ops/mirror/ { proxy_pass ${own}/; }`);
      browser = await startBrowser(executablePath ?? '');
      address = `https://127.0.0.1:${nginx.port}/ops/mirror`;
    });
    afterAll(async () => {
      await browser?.close();
      await nginx?.close();
      await dashboard?.close();
      await redis?.stop();
    });

    test('the pages are kept current, lead from one to another, do what their buttons say, and know the way out', async () => {
      const login = await logInOnce(browser, address);
      expect(login.cookies).toMatchObject([
        {
          name: expect.stringMatching(/^__Host-/),
          secure: true,
          httpOnly: true,
          sameSite: 'Strict',
          path: '/',
        },
      ]);
      const { page, complaints, origins } = await openPage(browser, `${address}/`, { storageState: login });
      // The stream of news has come through, and the charts are drawn.
      await page.locator('.reading', { hasText: 'now' }).first().waitFor();
      await takeScreenshot(page, 'behind-a-proxy');
      await page.getByRole('link', { name: 'Keys', exact: true }).click();
      // Before its script runs the page would not search while one types.
      await page.waitForURL(`${address}/keys`);
      await page.getByRole('searchbox').pressSequentially('ord');
      await page.waitForURL(`${address}/keys?q=ord`);
      await page.getByRole('columnheader', { name: 'Behind' }).getByRole('link').click();
      await page.waitForURL(`${address}/keys?q=ord&status=behind`);
      await page.keyboard.press('Home');
      await page.locator('.skip').focus();
      await page.keyboard.press('Enter');
      expect(page.url()).toBe(`${address}/keys?q=ord&status=behind#main`);
      await page.getByRole('link', { name: 'orders' }).click();
      await page.waitForURL(`${address}/key?id=orders`);
      await page.getByRole('button', { name: 'Sync now' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Sync now' }).click();
      await page.getByText('Done.').waitFor();
      await page.getByText('Next run').locator('..').getByRole('link').click();
      await page.waitForURL(/\/ops\/mirror\/queues\/queue\/sync\/repeat/);
      const back = page.getByRole('link', { name: 'The key' });
      await back.first().waitFor();
      expect(await back.first().getAttribute('href')).toBe('/ops/mirror/key?id=orders');
      await page.goto(`${address}/`);
      await page.getByRole('button', { name: 'Log out' }).click();
      await page.waitForURL(`${address}/login`);
      expect(complaints).toEqual([]);
      expect([...origins]).toEqual([new URL(address).origin]);
    });
  },
);
