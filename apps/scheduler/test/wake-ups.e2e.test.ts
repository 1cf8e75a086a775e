import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FleetProcess } from './fleet-process.js';
import { type FleetUnderTest, fleetUnderTest, prints, until } from './fleet-under-test.js';

let fleet: FleetUnderTest;
let scheduler: FleetProcess;
beforeAll(async () => {
  fleet = await fleetUnderTest();
});
afterEach(async () => {
  await fleet.clear();
});
afterAll(async () => {
  await fleet.close();
});

/** So long that nothing but a wake-up can be the cause of what a test sees. */
const HOUR = '3600';

async function begin(more: Record<string, string> = {}): Promise<void> {
  scheduler = fleet.scheduler({ SYNC_INTERVAL_SEC: HOUR, ...more });
  fleet.worker();
  await prints(scheduler, /discovery pass/);
}

async function isMirrored(key: string, entries: number, timeout = 15_000): Promise<void> {
  await until(async () => expect(await fleet.entries(key)).toBe(entries), timeout);
}

async function members(key: string): Promise<number | undefined> {
  const document = await fleet.db.collection<{ _id: string; size: number }>('sets').findOne({ _id: key });
  return document?.size;
}

describe('with intervals of an hour', () => {
  it('a new entry of a stream is there at once, and each one after it', async () => {
    await fleet.redis.xadd('orders', '1-0', 'n', '1');
    await begin();
    await isMirrored('orders', 1);
    for (let i = 2; i <= 12; i++) {
      await fleet.redis.xadd('orders', `${i}-0`, 'n', String(i));
      await isMirrored('orders', i, 5_000);
    }
  });

  it('the entries of a stream that never pauses keep coming', async () => {
    await fleet.redis.xadd('busy', '1-0', 'n', '1');
    await begin();
    await isMirrored('busy', 1);
    for (let i = 2; i <= 300; i++) await fleet.redis.xadd('busy', `${i}-0`, 'n', String(i));
    await isMirrored('busy', 300);
    await fleet.redis.xadd('busy', '301-0', 'n', '301');
    await isMirrored('busy', 301);
  });

  it('entries that came while no scheduler ran are found by the positions in MongoDB', async () => {
    await fleet.redis.xadd('orders', '1-0', 'n', '1');
    await begin();
    await isMirrored('orders', 1);
    await scheduler.stop();
    await fleet.redis.xadd('orders', '2-0', 'n', '2');
    await begin();
    await isMirrored('orders', 2);
  });

  it('a stream made anew with lower ids is noticed, which no read from the old id would show', async () => {
    await fleet.redis.xadd('orders', '1000-0', 'n', '1');
    await begin();
    await isMirrored('orders', 1);
    await fleet.redis.multi().del('orders').xadd('orders', '5-0', 'n', 'anew').exec();
    await until(async () => expect(await fleet.key('orders')).toMatchObject({ incarnation: 2 }));
    await isMirrored('orders', 2);
  });

  it('a key that becomes a stream, and one that ceases to be one, do not blind the watch for the others', async () => {
    await fleet.redis.xadd('turns', '1-0', 'n', '1');
    await fleet.redis.xadd('stays', '1-0', 'n', '1');
    await begin();
    await isMirrored('stays', 1);
    await fleet.redis.multi().del('turns').sadd('turns', 'a').exec();
    await until(async () => expect(await members('turns')).toBe(1));
    await fleet.redis.xadd('stays', '2-0', 'n', '2');
    await isMirrored('stays', 2);
  });

  it('keys with names that are not UTF-8 are watched too', async () => {
    const name = Buffer.from([0xff, 0x00, 0x41]);
    await fleet.redis.xadd(name, '1-0', 'n', '1');
    await begin();
    await isMirrored('base64:/wBB', 1);
    await fleet.redis.xadd(name, '2-0', 'n', '2');
    await isMirrored('base64:/wBB', 2);
  });
});

describe('sets, without notifications', () => {
  it('are noticed within their interval, also when only their number of members stays the same', async () => {
    await fleet.redis.sadd('tags', 'a', 'b');
    await begin({ SYNC_INTERVAL_SEC: '0.5', IDLE_INTERVAL_SEC: HOUR });
    await until(async () => expect(await members('tags')).toBe(2));
    await until(async () => expect(await fleet.everyMs('tags')).toBeGreaterThan(500));
    await fleet.redis.multi().srem('tags', 'b').sadd('tags', 'c').exec();
    await until(
      async () =>
        expect(await fleet.db.collection<{ _id: string }>('sets').findOne({ _id: 'tags' })).toMatchObject({
          members: ['a', 'c'],
        }),
      10_000,
    );
  });

  it('that are too large to be looked at keep their interval', async () => {
    const many = Array.from({ length: 5_000 }, (_, i) => `member-${i}-${'x'.repeat(20)}`);
    await fleet.redis.sadd('large', ...many);
    await fleet.redis.sadd('small', 'a');
    await begin({ SYNC_INTERVAL_SEC: '0.5', IDLE_INTERVAL_SEC: HOUR });
    await until(async () => expect(await fleet.everyMs('small')).toBeGreaterThan(500));
    expect(await fleet.everyMs('large')).toBe(500);
    await fleet.redis.sadd('large', 'one more');
    await until(async () => expect(await members('large')).toBe(5_001));
  });
});

describe('where the server sends notifications', () => {
  beforeEach(async () => {
    await fleet.redis.config('SET', 'notify-keyspace-events', 'EA');
  });
  afterEach(async () => {
    await fleet.redis.config('SET', 'notify-keyspace-events', '');
  });

  it('a change of a set is there at once, whatever its interval', async () => {
    await fleet.redis.sadd('tags', 'a', 'b');
    await begin();
    await until(async () => expect(await members('tags')).toBe(2), 15_000);
    await fleet.redis.sadd('tags', 'c');
    await until(async () => expect(await members('tags')).toBe(3), 5_000);
    await fleet.redis.del('tags');
    await until(async () => expect(await fleet.key('tags')).toMatchObject({ status: 'deleted' }), 5_000);
  });

  it('a new set is scheduled at once, long before the next discovery', async () => {
    await begin({ DISCOVERY_INTERVAL_SEC: HOUR });
    await fleet.redis.sadd('appears', 'a');
    await until(async () => expect(await members('appears')).toBe(1), 5_000);
    expect(await fleet.everyMs('appears')).toBeDefined();
  });

  it('they may be switched off again: then sets are looked at as before', async () => {
    await fleet.redis.sadd('tags', 'a', 'b');
    await begin({ SYNC_INTERVAL_SEC: '0.5', IDLE_INTERVAL_SEC: HOUR });
    await until(async () => expect(await members('tags')).toBe(2), 15_000);
    await fleet.redis.config('SET', 'notify-keyspace-events', '');
    await fleet.redis.sadd('tags', 'c');
    await until(async () => expect(await members('tags')).toBe(3), 75_000);
  });
});

describe('the interval of a key', () => {
  it('grows while it is idle, and returns to its base on the first change', async () => {
    await fleet.redis.xadd('orders', '1-0', 'n', '1');
    await begin({ SYNC_INTERVAL_SEC: '0.5', IDLE_INTERVAL_SEC: '30' });
    await isMirrored('orders', 1);
    await until(async () => expect(await fleet.everyMs('orders')).toBe(2_000));
    await until(async () => expect(await fleet.everyMs('orders')).toBe(8_000));
    await fleet.redis.xadd('orders', '2-0', 'n', '2');
    await until(async () => expect(await fleet.everyMs('orders')).toBe(500), 5_000);
    await isMirrored('orders', 2);
  });

  it('stays at its base without wake-ups', async () => {
    await fleet.redis.xadd('orders', '1-0', 'n', '1');
    await begin({ SYNC_INTERVAL_SEC: '0.25', WAKE_UPS: 'false' });
    await isMirrored('orders', 1);
    for (let i = 2; i <= 5; i++) {
      await fleet.redis.xadd('orders', `${i}-0`, 'n', String(i));
      await isMirrored('orders', i);
    }
    expect(await fleet.everyMs('orders')).toBe(250);
  });
});
