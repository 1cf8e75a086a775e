import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  axeFindings,
  findBrowser,
  logInOnce,
  type OpenPage,
  openPage,
  startBrowser,
  takeScreenshot,
} from './a-browser.js';
import { DARK, pagesUnderTest } from './pages-under-test.js';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** All pages behind the login, by the names of their pictures. */
const PAGES = [
  ['status', '/'],
  ['keys', '/keys'],
  ['key', '/key?id=shop%3A7'],
  ['dead-letters', '/dead-letters'],
  ['dead-letter', '/dead-letter?id=refused%40a1%3Am1767323045001-a0'],
  ['workers', '/workers'],
  ['audit', '/audit'],
  ['configuration', '/configuration'],
  ['history', '/history?range=day'],
] as const;

const SCREENS = [
  ['light', {}],
  ['dark', DARK],
  ['phone', PHONE],
  ['phone-dark', { ...PHONE, ...DARK }],
] as const;

const executablePath = await findBrowser();

describe.skipIf(executablePath === undefined)('axe finds nothing (needs Chromium)', () => {
  const on = pagesUnderTest(executablePath);
  let shown: Awaited<ReturnType<typeof on.serve>>;
  let login: Awaited<ReturnType<typeof logInOnce>>;
  let plainLogin: typeof login;
  beforeAll(async () => {
    await on.refuse(3);
    await on.remember();
    shown = await on.serve({ showValues: true });
    login = await logInOnce(on.browser, shown.address);
    plainLogin = await logInOnce(on.browser, on.address);
  });
  afterAll(async () => {
    await shown?.proxy.close();
    await shown?.dashboard.close();
  });

  describe.each(SCREENS)('%s', (screen, options) => {
    // One page for all: a new one starts a process, which takes more CPU than a test.
    let browser: Browser;
    let opened: OpenPage;
    beforeAll(async () => {
      browser = await startBrowser(executablePath ?? '');
      opened = await openPage(browser, `${on.address}/`, { ...options, storageState: plainLogin });
    });
    afterAll(async () => await browser?.close());

    test.each(PAGES)('%s', async (name, path) => {
      const { page, complaints } = opened;
      await page.goto(on.address + path);
      await page.locator('h1, h2').first().waitFor();
      if (name === 'status') await page.locator('.reading', { hasText: 'now' }).first().waitFor();
      await takeScreenshot(page, `${name}-${screen}`, { fullPage: true });
      expect(await axeFindings(page)).toEqual([]);
      expect(await page.evaluate('document.scrollingElement.scrollWidth')).toBeLessThanOrEqual(
        page.viewportSize()?.width ?? 0,
      );
      expect(complaints).toEqual([]);
    });

    test('key, with what it holds', async () => {
      const { page, complaints } = await openPage(on.browser, `${shown.address}/key?id=refused`, {
        ...options,
        storageState: login,
      });
      await page.getByRole('button', { name: 'Show both sides' }).click();
      await page.getByRole('button', { name: 'Read again' }).waitFor();
      await page.getByRole('cell', { name: 'a dead letter' }).first().waitFor();
      await takeScreenshot(page, `key-values-${screen}`, { fullPage: true });
      expect(await axeFindings(page)).toEqual([]);
      expect(complaints).toEqual([]);
    });

    test('login', async () => {
      const context = await on.browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
      const page = await context.newPage();
      await page.goto(`${on.address}/login`);
      await takeScreenshot(page, `login-${screen}`);
      expect(await axeFindings(page)).toEqual([]);
    });
  });
});
