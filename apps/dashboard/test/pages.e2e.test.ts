import { readKey } from '@redis-to-mongo/mongo-sink';
import type { Page } from 'playwright-core';
import { describe, expect, test, vi } from 'vitest';
import { findBrowser, logInOnce, openPage, takeScreenshot } from './a-browser.js';
import { DARK, PHONE, pagesUnderTest } from './pages-under-test.js';

/** Remembers each time that something on the page moved by itself. */
const WATCH_SHIFTS = `
  globalThis.shifts = [];
  new PerformanceObserver((list) => shifts.push(...list.getEntries().map((entry) => entry.value)))
    .observe({ type: 'layout-shift' });`;

/** The charts, and what they say, that do not fit where they are. */
const CUT = `
  [...document.querySelectorAll('.plot, .reading, .scroll')]
    .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
    .map(({ className, textContent }) => className + ' ' + textContent);`;

const executablePath = await findBrowser();

describe.skipIf(executablePath === undefined)('in a browser (needs Chromium)', () => {
  const on = pagesUnderTest(executablePath);
  const { open, keys, serve } = on;

  /** Waits until the first events have come, and the charts are drawn. */
  async function settled(page: Page): Promise<void> {
    await page.locator('.reading', { hasText: 'now' }).first().waitFor();
    await page.locator('.tile', { hasText: 'Workers' }).getByText('1', { exact: true }).waitFor();
  }

  test('the status page shows all at a glance, loads nothing from elsewhere, and breaks no rule of its policy', async () => {
    const { page, complaints, origins } = await open('/');
    await settled(page);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('2 keys fail');
    expect(await page.locator('.tile', { hasText: 'Gaps' }).locator('b').textContent()).toBe('12');
    expect(await page.locator('canvas').count()).toBe(3);
    expect(await page.getByRole('link', { name: 'shop:5' }).count()).toBe(1);
    expect(await page.evaluate(CUT)).toEqual([]);
    await takeScreenshot(page, 'status-light', { fullPage: true });
    expect(complaints).toEqual([]);
    expect([...origins]).toEqual([on.address]);
  });

  test('it follows what happens, without a reload, and nothing jumps', async () => {
    const { page } = await open('/');
    await settled(page);
    await page.evaluate(WATCH_SHIFTS);
    const behind = page.locator('.tile', { hasText: 'Behind' }).locator('b');
    expect(await behind.textContent()).toBe('5,280');
    await keys().updateOne({ _id: 'shop:3' }, { $set: { lag: 1120, lastSyncedAt: new Date() } });
    await vi.waitFor(async () => expect(await behind.textContent()).toBe('6,280'), { timeout: 20_000 });
    await keys().updateOne({ _id: 'shop:3' }, { $set: { lag: 120, lastSyncedAt: new Date() } });
    await vi.waitFor(async () => expect(await behind.textContent()).toBe('5,280'), { timeout: 20_000 });
    // Cumulative layout shift: a panel that moves by a line has 0.01 and more; 0.1 is what one calls good.
    expect(await page.evaluate('shifts.reduce((sum, shift) => sum + shift, 0)')).toBeLessThan(0.002);
  });

  test('a history that cannot be read is not called empty', async () => {
    const { page } = await open('/');
    await page.route('**/history/data*', (route) => route.fulfill({ status: 503, body: '{}' }));
    await page.goto(`${on.address}/history`);
    await page
      .getByText('MongoDB does not answer: the history cannot be read now; it is tried again.')
      .waitFor();
    await page.getByText('not known now').first().waitFor();
    expect(await page.getByText('no reading yet').count()).toBe(0);
  });

  test('the last sample of a history is not said to be now: it is the worst of a minute', async () => {
    const { page } = await open('/');
    const at = [60, 0].map((ago) => Math.floor(Date.now() / 60_000) * 60 - ago);
    const body = JSON.stringify({ at, series: { behindSec: [30, 21.9] } });
    await page.route('**/history/data*', (route) => route.fulfill({ contentType: 'application/json', body }));
    await page.goto(`${on.address}/history`);
    await page.getByText('last sample 21.9, at most 30').waitFor();
  });

  test('it says so when the dashboard does not answer, and comes back by itself', async () => {
    const { page } = await open('/');
    await settled(page);
    on.proxy.set('cut');
    await page.getByText('The dashboard does not answer').waitFor({ state: 'visible' });
    on.proxy.set('pass');
    await page.getByText('The dashboard does not answer').waitFor({ state: 'hidden' });
  });

  test('a login that has ended leads back to the form, and its stream of news has ended too', async () => {
    const own = await logInOnce(on.browser, on.address);
    const { page } = await open('/', { storageState: own });
    await settled(page);
    await page.evaluate(() =>
      fetch('/logout', { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
    );
    await page.getByLabel('Password').waitFor({ timeout: 30_000 });
  });

  test.each(['/keys', '/key?id=shop%3A7'])(
    'a part of %s that is read after the login has ended leads to the form, which is not put into the page',
    async (path) => {
      const { page } = await open(path);
      await page.context().clearCookies();
      await page.waitForURL(/\/login\?next=%2Fkey/, { timeout: 20_000 });
      expect(decodeURIComponent(page.url())).toContain(`next=${path}`);
    },
  );

  test('keys are searched while one types, filtered and paged, and the address keeps it', async () => {
    const { page, complaints } = await open('/keys');
    expect(await page.locator('tbody tr').count()).toBe(50);
    await page.getByText('140 keys, page 1 of 3').waitFor();
    await page.getByRole('link', { name: 'Next' }).click();
    await page.getByText('140 keys, page 2 of 3').waitFor();
    expect(page.url()).toMatch(/\/keys\?after=[\w-]+&page=2$/);
    await page.getByRole('searchbox').pressSequentially('HOP:1');
    await page.getByText('22 keys, page 1 of 1').waitFor();
    await page.getByLabel('Type').selectOption('set');
    await page.getByText('11 keys, page 1 of 1').waitFor();
    await page.getByLabel('Status').selectOption('deleted');
    await page.getByText('1 key, page 1 of 1').waitFor();
    expect(page.url()).toBe(`${on.address}/keys?q=HOP%3A1&type=set&status=deleted`);
    await page.reload();
    expect(await page.locator('tbody tr').count()).toBe(1);
    expect(await page.getByRole('searchbox').inputValue()).toBe('HOP:1');
    expect(complaints).toEqual([]);
  });

  test('keys are sorted by the keyboard alone, and the focus stays where it is', async () => {
    const { page } = await open('/keys');
    const column = page.getByRole('columnheader', { name: 'Behind' });
    await column.getByRole('link').focus();
    await page.keyboard.press('Enter');
    await vi.waitFor(async () => expect(await column.getAttribute('aria-sort')).toBe('descending'), {
      timeout: 20_000,
    });
    expect(await page.locator('tbody tr').first().textContent()).toContain('shop:63');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Behind');
    const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
    expect(outline).toBe('solid');
    await takeScreenshot(page, 'keys-light', { fullPage: true });
    await page.goBack();
    await vi.waitFor(async () => expect(await column.getAttribute('aria-sort')).toBeNull(), {
      timeout: 20_000,
    });
  });

  test('a key’s page shows its position, gaps and next run, and a dialog asks before anything is done', async () => {
    const { page, complaints } = await open('/key?id=shop%3A7');
    await page.getByRole('heading', { name: 'shop:7' }).waitFor();
    expect(await page.locator('#detail').textContent()).toMatch(/Gaps.*12.*trimmed.*1700000000900-0/s);
    expect(await page.getByText('Next run').locator('..').textContent()).toMatch(/in \d+ (h|min|s)/);
    await takeScreenshot(page, 'key-light', { fullPage: true });
    await page.getByRole('button', { name: 'Pause' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Pause this key?' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(await keys().countDocuments({ pausedAt: { $gt: new Date(0) } })).toBe(0);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Pause this key?' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('#action-result', { hasText: 'Paused. A running job finishes its slice.' }).waitFor();
    expect(await readKey(on.mongo.db, 'shop:7')).toMatchObject({ pausedAt: expect.any(Date) });
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
    await page.locator('#action-result', { hasText: 'Resumed.' }).waitFor();
    expect(await readKey(on.mongo.db, 'shop:7')).toMatchObject({ pausedAt: null });
    await page.getByRole('button', { name: 'Sync now' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Sync now' }).click();
    await page.locator('#action-result', { hasText: 'Requested' }).waitFor();
    await page.getByRole('button', { name: 'Resync from the start' }).click();
    await takeScreenshot(page, 'dialog-light', { fullPage: true });
    await page.getByRole('dialog').getByRole('button', { name: 'Resync from the start' }).click();
    await page.locator('#action-result', { hasText: 'Incarnation 2 has started' }).waitFor();
    expect(await readKey(on.mongo.db, 'shop:7')).toMatchObject({ incarnation: 2, position: null });
    expect(complaints).toEqual([]);
  });

  test('a key that is paused is seen to be, in the list, on its page and in the sums, and has no button that does nothing', async () => {
    await keys().updateOne({ _id: 'shop:20' }, { $set: { pausedAt: new Date(), lastSyncedAt: new Date() } });
    const { page } = await open('/keys?status=paused');
    const mark = page.locator('tbody tr', { hasText: 'shop:20' }).locator('.mark');
    await vi.waitFor(async () => expect(await mark.textContent()).toBe('paused'), { timeout: 20_000 });
    // Not gray on gray: as bright a color as that of a key that is behind, with two bars before it.
    const seen = await page.evaluate(`(() => {
      const mark = document.querySelector('tbody .mark');
      const { color, backgroundColor } = getComputedStyle(mark);
      return [color, backgroundColor, getComputedStyle(mark, '::before').borderLeftWidth];
    })()`);
    expect(seen).toEqual(['rgb(138, 90, 0)', 'rgb(251, 240, 217)', '3px']);
    await takeScreenshot(page, 'keys-paused', { fullPage: true });
    await page.goto(`${on.address}/key?id=shop%3A20`);
    expect(await page.locator('.actions').getByRole('button').allTextContents()).toEqual([
      'Resume',
      'Resync from the start',
    ]);
    await takeScreenshot(page, 'key-paused', { fullPage: true });
    await page.goto(`${on.address}/`);
    await page.locator('tbody tr', { hasText: 'stream' }).getByText('1 paused').waitFor();
    await keys().updateOne({ _id: 'shop:20' }, { $set: { pausedAt: null, resumedAt: new Date() } });
  });

  test('the charts show times in UTC as all of the page does, whatever the browser’s zone', async () => {
    const { page } = await open('/', { timezoneId: 'Asia/Kolkata', locale: 'en-US' });
    await settled(page);
    const plot = page.locator('.u-over').first();
    const box = await plot.boundingBox();
    const before = new Date(Date.now() - 60_000).toISOString().slice(11, 16);
    await page.mouse.move((box?.x ?? 0) + (box?.width ?? 0) - 2, (box?.y ?? 0) + 40);
    const reading = page.locator('.reading', { hasText: ' at ' }).first();
    await reading.waitFor();
    const [, minute = ''] = / at (\d\d:\d\d):\d\d UTC$/.exec((await reading.textContent()) ?? '') ?? [];
    expect(
      [before, new Date().toISOString().slice(11, 16)].some((each) => each === minute),
      minute,
    ).toBe(true);
    await takeScreenshot(page, 'charts-utc', { fullPage: true });
  });

  test('a switch shows the times of the browser’s zone, on all pages and charts, and it stays', async () => {
    const { page } = await open('/key?id=shop%3A7', { timezoneId: 'Asia/Kolkata', locale: 'en-US' });
    const time = page.locator('time.clock').first();
    const utc = await time.getAttribute('datetime');
    expect(await time.textContent()).toBe(utc?.slice(0, 19).replace('T', ' '));
    await page.getByRole('button', { name: 'Show local times (Asia/Calcutta)' }).click();
    const local = new Date(Date.parse(utc ?? '') + 19_800_000).toISOString().slice(0, 19).replace('T', ' ');
    await vi.waitFor(async () => expect(await time.textContent()).toBe(local), { timeout: 20_000 });
    await page.goto(`${on.address}/`);
    await settled(page);
    const box = await page.locator('.u-over').first().boundingBox();
    await page.mouse.move((box?.x ?? 0) + (box?.width ?? 0) - 2, (box?.y ?? 0) + 40);
    await page.locator('.reading', { hasText: 'Asia/Calcutta' }).first().waitFor();
    await page.getByRole('button', { name: 'Show UTC' }).click();
    await page.locator('.foot').getByText('Times are UTC').waitFor();
  });

  test('a key leads to its job in Bull Board, which is named by it and leads back', async () => {
    const { page, origins } = await open('/key?id=shop%3A7');
    await page.getByText('Next run').locator('..').getByRole('link').click();
    await page.waitForURL(/\/queues\/queue\/sync\/repeat/);
    await page.getByText('shop:7').first().waitFor();
    await takeScreenshot(page, 'board-job', { fullPage: true });
    await page.goto(`${on.address}/queues/job-schedulers`);
    await page.getByText('shop:7').first().waitFor();
    await takeScreenshot(page, 'board-schedulers', { fullPage: true });
    await page.goto(`${on.address}/queues/queue/sync`);
    const description = page.getByText('job schedulers that are due first');
    const isCut =
      'document.querySelector("[class^=description]").scrollWidth > document.querySelector("[class^=description]").clientWidth';
    await description.waitFor();
    expect(await page.evaluate(isCut)).toBe(false);
    await page.goBack();
    await page.goBack();
    const back = page.getByRole('link', { name: 'The key' });
    expect(await back.first().getAttribute('href')).toBe('/key?id=shop%3A7');
    expect([...origins]).toEqual([on.address]);
  });

  test.each([
    ['light', {}],
    ['dark', DARK],
  ] as const)('on a phone nothing is wider than the screen: %s', async (name, scheme) => {
    const { page } = await open('/', { ...PHONE, ...scheme });
    await settled(page);
    for (const path of ['/', '/keys', '/key?id=shop%3A7', '/configuration']) {
      await page.goto(on.address + path);
      await page.locator('h1, h2').first().waitFor();
      if (path === '/') await settled(page);
      const width = await page.evaluate('document.scrollingElement.scrollWidth');
      expect(width, path).toBeLessThanOrEqual(360);
      expect(await page.evaluate(CUT), path).toEqual([]);
      const fromAside = await page.evaluate(
        `[...document.querySelectorAll('.options [data-name="From"]')].filter((cell) => cell.offsetLeft > 100).length`,
      );
      expect(fromAside).toBe(0);
      await takeScreenshot(page, `phone-${path.slice(1, 5).replace('?', '') || 'status'}-${name}`);
    }
  });

  test('it is dark where the system is, charts included', async () => {
    const { page } = await open('/', DARK);
    await settled(page);
    const ground = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(ground).toBe('rgb(15, 19, 24)');
    await takeScreenshot(page, 'status-dark', { fullPage: true });
    await page.goto(`${on.address}/keys?status=behind`);
    await takeScreenshot(page, 'keys-dark', { fullPage: true });
  });

  test('without scripts, each page says what works, and no button is shown that would do nothing', async () => {
    const options = { javaScriptEnabled: false };
    for (const path of ['/', '/keys', '/key?id=shop%3A7']) {
      const { page } = await open(path, options);
      // Playwright finds no text in noscript.
      expect(await page.locator('noscript .trouble').isVisible(), path).toBe(true);
      const names = await page.getByRole('button').allTextContents();
      expect(names, path).toEqual(path === '/keys' ? ['Log out', 'Show'] : ['Log out']);
      expect(await page.locator('.charts').isVisible()).toBe(false);
    }
  });

  test('on paper there is the content without what one clicks on', async () => {
    const { page } = await open('/keys');
    await page.emulateMedia({ media: 'print' });
    for (const part of ['.top', '.filters', '.bulk', '.pager'])
      expect(await page.locator(part).isVisible(), part).toBe(false);
    expect(await page.locator('tbody tr').first().isVisible()).toBe(true);
  });

  test('in read-only mode there is no button that changes anything', async () => {
    const shy = await serve({ readOnly: true });
    const { page } = await openPage(on.browser, `${shy.address}/key?id=shop%3A7`, {
      storageState: await logInOnce(on.browser, shy.address),
      timezoneId: 'Asia/Kolkata',
    });
    await page.getByText('read-only').waitFor();
    expect(await page.getByRole('button').allTextContents()).toEqual([
      'Log out',
      expect.stringMatching(/^Show local times/),
    ]);
    await page.close();
    await shy.proxy.close();
    await shy.dashboard.close();
  });
});
