import { fleetForTests, until } from '@redis-to-mongo/test-kit';
import { expect, it } from 'vitest';

const fleet = fleetForTests();

async function isMirrored(key: string, entries: number): Promise<void> {
  await until(async () => expect(await fleet.entries(key)).toBe(entries));
}

it('a paused key stays unread through changes and the loss of the queue, and continues once MongoDB says that it is resumed', async () => {
  await fleet.redis.xadd('orders', '1-0', 'n', '1');
  await fleet.redis.xadd('others', '1-0', 'n', '1');
  // No interval could bring the jobs that this test waits for.
  fleet.scheduler({ SYNC_INTERVAL_SEC: '3600' });
  fleet.worker();
  await isMirrored('orders', 1);
  await fleet.pause('orders');

  for (let i = 2; i <= 4; i++) {
    await fleet.redis.xadd('orders', `${i}-0`, 'n', String(i));
    await fleet.redis.xadd('others', `${i}-0`, 'n', String(i));
    await isMirrored('others', i);
  }
  await fleet.queueRedis.flushall();
  await until(async () => expect(await fleet.everyMs('orders')).toBeGreaterThan(0));
  await fleet.redis.xadd('others', '5-0', 'n', '5');
  await isMirrored('others', 5);
  expect(await fleet.entries('orders')).toBe(1);

  await fleet.resume('orders');
  await isMirrored('orders', 4);
});
