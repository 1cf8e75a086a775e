import { expect, it } from 'vitest';
import { Lease, SCHEDULER_LEASE } from '../src/index.js';
import { leaseKey } from '../src/lease.js';
import { markKey } from '../src/queue-mark.js';
import { queueUnderTest } from './queue-under-test.js';

const on = queueUnderTest('leases');
const MS = 9_000;

it('the lease of a dead process lasts no longer after the clock of the queue’s Redis was set back', async () => {
  const key = leaseKey(on.settings, SCHEDULER_LEASE);
  const [died, other] = ['died', 'other'].map(() => new Lease(on.settings, SCHEDULER_LEASE, MS, on.onError));
  if (!died || !other) throw new Error('no leases');
  try {
    expect(await died.hold()).toBe(true);
    expect(await other.hold()).toBe(false);
    // Redis keeps the time at which a key expires. A clock that is set back delays it.
    await on.redis.pexpire(key, 86_400_000);
    expect(await other.hold()).toBe(false);
    expect(await on.redis.pttl(key)).toBeLessThanOrEqual(MS);
    await on.redis.pexpire(key, 1);
    await expect.poll(() => other.hold(), { timeout: 20_000 }).toBe(true);
  } finally {
    await Promise.all([died.close(), other.close()]);
  }
});

it('a mark of a time to come counts as confirmed long ago, since the clock of the queue’s Redis was set back', async () => {
  await on.queue.writeMark(undefined, 'mark');
  expect((await on.queue.readMark()).ageMs).toBeLessThan(60_000);
  await on.redis.hset(markKey(on.settings), 'at', Date.now() + 86_400_000);
  expect((await on.queue.readMark()).ageMs).toBeGreaterThan(80_000_000);
});
