import { KEY_TYPES } from '@redis-to-mongo/key-types';
import { fleetForTests, until } from '@redis-to-mongo/test-kit';
import { expect, test, vi } from 'vitest';
import { upkeep } from '../src/upkeep.js';

const HOUR_MS = 3_600_000;

const fleet = fleetForTests();

const upkeepOnce = () => {
  const { redis, queue } = fleet;
  return upkeep({ redis, queue, wanted: () => true, everyMs: () => HOUR_MS, types: KEY_TYPES });
};
const scheduled = async () => (await fleet.queue.schedulers.page(0, 10_000)).map(({ key }) => key).sort();

test('a key that a worker found gets its job scheduler, and one that is gone loses it, whatever else is reported', async () => {
  const { redis, queue } = fleet;
  for (const key of ['new', 'again', 'other interval']) await redis.sadd(key, '1');
  await queue.schedulers.set(['gone', 'again'], HOUR_MS);
  await queue.schedulers.set(['other interval'], 2 * HOUR_MS);
  await queue.changes.add([
    { key: 'new', is: 'present' },
    { key: 'gone', is: 'present' },
    { key: 'gone', is: 'gone' },
    { key: 'again', is: 'gone' },
    { key: 'other interval', is: 'present' },
    { key: 'never scheduled', is: 'present' },
  ]);
  expect(await upkeepOnce()).toMatchObject({ scheduled: 2, unscheduled: 2 });
  expect(await scheduled()).toEqual(['again', 'new', 'other interval']);
  expect((await queue.schedulers.page(0, 10)).map(({ everyMs }) => everyMs)).toEqual([
    HOUR_MS,
    HOUR_MS,
    HOUR_MS,
  ]);
});

test('the source is not asked about streams that are reported again, by the workers that sync them first', async () => {
  const { queue } = fleet;
  // The source has none of them: if it were asked, they would lose their job schedulers.
  const keys = Array.from({ length: 1_500 }, (_, i) => `swept:${i}`);
  await queue.schedulers.set(keys, HOUR_MS);
  await queue.changes.add(keys.map((key) => ({ key, is: 'present' })));
  expect(await upkeepOnce()).toMatchObject({ scheduled: 0, unscheduled: 0 });
  expect(await queue.changes.take(1)).toEqual([]);
  expect(await scheduled()).toHaveLength(1_500);
});

test('job schedulers that a process with a clock ahead has postponed are set again, once no clock is wrong', async () => {
  const { queue } = fleet;
  const day = 24 * HOUR_MS;
  const postpone = async (keys: readonly string[]) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + day });
    try {
      await queue.schedulers.set(keys, HOUR_MS);
    } finally {
      vi.useRealTimers();
    }
  };
  const nextOf = async (keys: readonly string[]) =>
    (await queue.schedulers.nextRuns(keys)).map((next) => Number(next) - Date.now());
  const many = Array.from({ length: 600 }, (_, i) => `postponed:${i}`);
  await postpone(many);
  await queue.beat('ahead', { app: 'worker', state: 'active', clockAheadMs: day });
  expect(await upkeepOnce()).toMatchObject({ repaired: 0 });
  await queue.endHeartbeat('ahead');
  expect(await upkeepOnce()).toMatchObject({ repaired: 500 });
  await queue.schedulers.set(['daily'], 2 * day);
  await queue.schedulers.set(['right'], HOUR_MS);
  const before = await nextOf(['daily', 'right']);
  await until(async () => {
    await upkeepOnce();
    expect(Math.max(...(await nextOf(many)))).toBeLessThanOrEqual(HOUR_MS);
  });
  expect(await upkeepOnce()).toMatchObject({ repaired: 0 });
  expect(await queue.schedulers.count()).toBe(602);
  for (const [i, ms] of (await nextOf(['daily', 'right'])).entries())
    expect(ms).toBeCloseTo(before[i] ?? 0, -5);
});
