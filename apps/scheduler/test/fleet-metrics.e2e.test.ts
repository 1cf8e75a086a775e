import { fleetForTests, metricsOf, prints, until } from '@redis-to-mongo/test-kit';
import { expect, it } from 'vitest';

const fleet = fleetForTests();

it('the active scheduler exports what is due, how far the mirror is behind and what the queue holds; a standby exports nothing', async () => {
  await fleet.redis.xadd('orders', `${Date.now() - 60_000}-1`, 'field', 'value');
  const active = fleet.scheduler();
  await prints(active, /this scheduler is the active one/);
  await until(async () => {
    const value = await metricsOf(active);
    expect(value('due_keys')).toBe(1);
    expect(value('due_seconds')).toBeGreaterThan(0);
    expect(value('queue_jobs{state="waiting"')).toBeGreaterThan(0);
    expect(value('lag_entries')).toBe(0);
  });
  const worker = fleet.worker();
  await until(async () => expect(await fleet.entries('orders')).toBe(1));
  await until(async () => expect((await metricsOf(active))('due_keys')).toBe(0));
  expect(await worker.stop()).toBe(0);
  // As a worker leaves it whose slice ended before the stream did.
  await fleet.db.collection<{ _id: string }>('keys').updateOne({ _id: 'orders' }, { $set: { lag: 7 } });
  await until(async () => {
    const value = await metricsOf(active);
    expect(value('lag_entries')).toBe(7);
    expect(value('lagging_keys')).toBe(1);
    expect(value('lag_seconds')).toBeGreaterThan(0);
    expect(value('key_lag_entries{key="orders"')).toBe(7);
  });
  // Nobody reads, and the stream is trimmed as it grows.
  await until(async () => {
    for (let i = 0; i < 5; i++) await fleet.redis.xadd('orders', 'MAXLEN', 10, '*', 'field', 'value');
    expect((await metricsOf(active))('trim_forecast_seconds{key="orders"')).toBeGreaterThanOrEqual(0);
  });
  const facts = fleet.db.collection<{ _id: string }>('fleet');
  await until(async () =>
    expect(await facts.findOne({ _id: 'trim forecasts' })).toMatchObject({
      forecasts: [{ key: 'orders', at: expect.any(Date) }],
    }),
  );
  const standby = fleet.scheduler();
  await prints(standby, /scheduler started/);
  const value = await metricsOf(standby);
  expect(value('lag_entries')).toBeUndefined();
  expect(value('due_seconds')).toBeUndefined();
  expect(value('key_lag_entries')).toBeUndefined();
  expect(value('job_seconds_count')).toBe(0);
});
