import { readAudit } from '@redis-to-mongo/mongo-sink';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { findBrowser, logInOnce, openPage, takeScreenshot } from './a-browser.js';
import { pagesUnderTest } from './pages-under-test.js';

const executablePath = await findBrowser();

describe.skipIf(executablePath === undefined)('in a browser (needs Chromium)', () => {
  const on = pagesUnderTest(executablePath);
  beforeAll(async () => await on.refuse(3));

  test('what the filter shows is paused: the question names the number, each is logged, and kept who did it', async () => {
    const { page, complaints } = await on.open('/keys?q=shop%3A1&type=set');
    await page.getByText('11 keys, page 1 of 1').waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('dialog', { name: 'Pause 11 keys?' }).waitFor();
    await takeScreenshot(page, 'bulk-question', { fullPage: true });
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    expect(await on.keys().countDocuments({ pausedAt: { $gt: new Date(0) } })).toBe(0);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Pause 11 keys' }).click();
    await page.getByText('Pause: done, 11 of 11 (keys, search shop:1, type set)').waitFor();
    await takeScreenshot(page, 'bulk-done', { fullPage: true });
    expect(await on.keys().countDocuments({ pausedAt: { $gt: new Date(0) } })).toBe(11);
    const logged = on.dashboard.log().match(/"msg":"operator action".*"action":"pause"/g);
    expect(logged).toHaveLength(11);
    const { entries } = await readAudit(on.mongo.db, { action: 'pause', limit: 100 });
    expect(entries).toHaveLength(11);
    expect(entries[0]).toMatchObject({ who: 'admin', by: 'page', filter: 'keys?q=shop%3A1&type=set' });
    expect(entries[0]?.result).toMatch(/^Paused/);
    await page.goto(`${on.address}/audit?q=shop%3A12`);
    await page.getByText('shop:12:info:tags').waitFor();
    expect(await page.locator('tbody tr').count()).toBe(1);
    expect(complaints).toEqual([]);
  });

  test('where values may be shown, a letter shows its record, and the view is logged and kept', async () => {
    const open = await on.serve({ showValues: true });
    const letter = await on.mongo.db.collection<{ _id: string }>('dead_letters').findOne({});
    const { page } = await openPage(
      on.browser,
      `${open.address}/dead-letter?${new URLSearchParams({ id: letter?._id ?? '' })}`,
      { storageState: await logInOnce(on.browser, open.address) },
    );
    await page.getByText('"n": "s3cret"').waitFor();
    await takeScreenshot(page, 'dead-letter-values', { fullPage: true });
    expect(open.dashboard.log()).toMatch(/a dead letter was viewed.*"key":"refused"/);
    expect(open.dashboard.log()).not.toContain('s3cret');
    const { entries } = await readAudit(on.mongo.db, { action: 'look', limit: 10 });
    expect(entries).toMatchObject([{ key: 'refused', who: 'admin', result: `dead letter ${letter?._id}` }]);
    await page.close();
    await open.proxy.close();
    await open.dashboard.close();
  });

  test('dead letters are found by key, collection, reason and time, and replayed or dropped, one or all that are shown', async () => {
    const { page, complaints } = await on.open('/dead-letters');
    await page.getByText('3 dead letters, 50 per page').waitFor();
    await page.getByLabel('Reason').selectOption('11000 DuplicateKey');
    await page.getByLabel('Time').selectOption('in the last hour');
    await page.getByRole('searchbox').pressSequentially('refu');
    await vi.waitFor(() => expect(page.url()).toBe(`${on.address}/dead-letters?q=refu&code=11000&within=1`), {
      timeout: 20_000,
    });
    expect(await page.locator('tbody tr').count()).toBe(3);
    await page.getByRole('searchbox').fill('shop');
    await page.getByText('No dead letter matches').waitFor();
    await page.getByRole('searchbox').fill('');
    await page.getByText('3 dead letters').waitFor();
    expect(await page.textContent('body')).not.toContain('s3cret');
    await page.locator('tbody tr').first().getByRole('link', { name: 'Open' }).click();
    await page.getByRole('heading', { name: 'Dead letter of refused' }).waitFor();
    await page.waitForLoadState('load'); // before that, a button has no dialog yet
    expect(await page.textContent('body')).not.toContain('s3cret');
    await page.getByRole('button', { name: 'Replay' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Replay' }).click();
    await page.getByText('Refused again with code 11000.').waitFor();
    await page.getByRole('button', { name: 'Drop' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Drop' }).click();
    await page.getByText('Dropped.').waitFor();
    await on.mongo.db.collection('stream_messages').dropIndex('content.n_1');
    await page.goto(`${on.address}/dead-letters`);
    await page.getByRole('button', { name: 'Replay' }).click();
    await page.getByRole('dialog', { name: 'Write 2 letters again?' }).waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Replay 2 letters' }).click();
    await page.getByText('Replay: done, 2 of 2 (dead letters)').waitFor();
    await page.getByText('There are no dead letters').waitFor();
    expect(await on.mongo.db.collection('stream_messages').countDocuments({ stream: 'refused' })).toBe(3);
    expect(on.dashboard.log()).not.toContain('s3cret');
    const { entries } = await readAudit(on.mongo.db, { key: 'refused', limit: 10 });
    expect(entries.map(({ action, filter }) => `${action} ${filter}`).sort()).toEqual([
      'drop null',
      'look null',
      'replay dead-letters',
      'replay dead-letters',
      'replay null',
    ]);
    expect(complaints).toEqual([]);
  });
});
