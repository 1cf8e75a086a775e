import { createFleetMetrics, createMetrics } from '@redis-to-mongo/app-shell';
import { FleetIdentity } from '@redis-to-mongo/fleet-status';
import { addressOfUrl } from '@redis-to-mongo/redis-connection';
import { fleetForTests } from '@redis-to-mongo/test-kit';
import { expect, it } from 'vitest';
import { fleetGauges } from '../src/fleet-gauges.js';

const fleet = fleetForTests();

it('streams and sets without a job scheduler are found while other keys are due', async () => {
  const { redis, queue, db, namespace } = fleet;
  const keys = Array.from({ length: 20 }, (_, i) => `set:${i}`);
  await db
    .collection<{ _id: string }>('keys')
    .insertMany(keys.map((_id) => ({ _id, keyType: 'set', status: 'active' })));
  const identity = new FleetIdentity({
    queue,
    db,
    source: redis,
    address: addressOfUrl(namespace.redis.url),
  });
  const metrics = createFleetMetrics(createMetrics('scheduler').registry);
  const setGauges = fleetGauges({ metrics, redis, queue, db, identity, keepSample: async () => {} });
  const missing = async () => {
    const noted: unknown[] = [];
    await setGauges({ noteMissing: (...all) => void noted.push(all) });
    return noted;
  };
  await queue.schedulers.set(keys.slice(10), 3_600_000);
  expect(await missing()).toEqual([[0, 10]]);
  await queue.request(keys.slice(0, 3)); // as under a steady load; each may be new
  await queue.changes.add([{ key: 'set:3', is: 'present' }]);
  expect(await missing()).toEqual([[undefined, 6]]);
});
