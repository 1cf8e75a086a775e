import { addressOfUrl, connectRedis } from '@redis-to-mongo/redis-connection';
import { fleetForTests, metricsOf, prints, until } from '@redis-to-mongo/test-kit';
import { expect, it } from 'vitest';

const fleet = fleetForTests();
const isThere = async (key: string, status = 'active') =>
  await until(async () => expect(await fleet.key(key)).toMatchObject({ status }), 30_000);

it('keys that change in other databases of the source’s server cost no jobs, and hide no change of this one', async () => {
  const url = new URL(fleet.namespace.redis.url);
  url.pathname = '/5';
  const other = connectRedis(addressOfUrl(url.href), () => {});
  try {
    await other.set('there already', '1');
    await fleet.redis.set('known', '1');
    const more = { SYNC_INTERVAL_SEC: '3600' };
    const scheduler = fleet.scheduler(more);
    const worker = fleet.worker(more);
    await prints(scheduler, /Redis reports every change/);
    await isThere('known');
    for (let i = 0; i < 300; i++) await other.set(`foreign ${i}`, 'x');
    await other.set('known', 'a key of that name is in both');
    // Names are requested in the order in which they change: those before it have been dealt with then.
    await fleet.redis.hset('new', 'a', '1');
    await isThere('new');
    await fleet.redis.del('known');
    await isThere('known', 'deleted');
    const counted = await metricsOf(worker);
    expect(counted('jobs_total{outcome="deleted"')).toBe(1);
    expect(counted('jobs_total{outcome="absent"')).toBeUndefined();
  } finally {
    await other.quit();
  }
});
