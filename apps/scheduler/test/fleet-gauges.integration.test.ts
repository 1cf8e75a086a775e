import { createFleetMetrics, createMetrics } from '@redis-to-mongo/app-shell';
import { FleetIdentity, type Verdict } from '@redis-to-mongo/fleet-status';
import { JobQueue } from '@redis-to-mongo/job-queue';
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

it('a queue that cannot be read is what metrics and history say', async () => {
  const { redis, db, namespace } = fleet;
  const settings = { redis: addressOfUrl(fleet.queueServer.url), prefix: 'away', deadAfterMs: 3_000 };
  const queue = new JobQueue(settings, () => {});
  queue.leave();
  const identity = new FleetIdentity({
    queue,
    db,
    source: redis,
    address: addressOfUrl(namespace.redis.url),
  });
  const { registry } = createMetrics('scheduler');
  const kept: Verdict[] = [];
  const keepSample = async (_: unknown, verdict: Verdict) => void kept.push(verdict);
  const setGauges = fleetGauges({
    metrics: createFleetMetrics(registry),
    redis,
    queue,
    db,
    identity,
    keepSample,
  });
  await expect(setGauges({ noteMissing: () => {} })).rejects.toThrow();
  expect(kept).toMatchObject([{ level: 'broken', reasons: [{ code: 'queue-unreadable' }] }]);
  expect(await registry.metrics()).toMatch(/^r2m_not_complete_reasons\{reason="queue-unreadable"[^}]*\} 1$/m);
});
