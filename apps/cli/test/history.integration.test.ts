import { watchKey, writeHistory } from '@redis-to-mongo/mongo-sink';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliUnderTest, cliUnderTest } from './cli-under-test.js';

const DAY_MS = 86_400_000;
let cli: CliUnderTest;
beforeAll(async () => {
  cli = await cliUnderTest();
});
afterAll(() => cli.close());

test('at first there is no history, and the command says so', async () => {
  expect((await cli.run('history')).stdout).toMatch(/^there is no history/);
});

test('the fleet and a key over an hour, a day, a week', async () => {
  await cli.redis.xadd('orders', '1-1', 'n', '1');
  await cli.run('once');
  await watchKey(cli.db, 'orders');
  const sample = {
    ...{ level: 'behind', behindMs: 1500, entriesPerSec: 12, keysPerSec: 3, due: 2 },
    ...{ waiting: 0, workers: 2, schedulers: 1, lost: 0 },
  };
  for (const [agoMs, lag] of [
    [3 * DAY_MS, 30],
    [7_200_000, 20],
    [60_000, 10],
  ] as const)
    await writeHistory(cli.db, { ...sample, lag, at: new Date(Date.now() - agoMs) }, [], 30 * DAY_MS);
  const lags = async (...options: string[]) =>
    ((await cli.json('history', ...options)).samples as { lag: number }[]).map(({ lag }) => lag);
  expect(await lags()).toEqual([10]);
  expect(await lags('--range', 'day')).toEqual([20, 10]);
  expect(await lags('--range', 'week')).toEqual([30, 20, 10]);
  expect(await lags('--range', 'week', '--limit', '1')).toEqual([10]);
  expect((await cli.run('history')).stdout).toMatch(/:\d\d +incomplete +1\.5 s +10 +12 +3 +2 +2 +0 +0$/m);
  expect(await lags('orders', '--range', 'week')).toEqual([0, 0, 0]);
});
