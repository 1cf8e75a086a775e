import { type AppProcess, fleetForTests, prints, until } from '@redis-to-mongo/test-kit';
import { describe, expect, it } from 'vitest';

let scheduler: AppProcess;
const fleet = fleetForTests();

/** No interval brings what these tests wait for: only the feed can. */
async function begin(more: Record<string, string> = { SYNC_INTERVAL_SEC: '3600' }): Promise<void> {
  scheduler = fleet.scheduler(more);
  fleet.worker(more);
  await prints(scheduler, /sweep done/);
}

async function isMirrored(key: string, entries: number, timeout = 30_000): Promise<void> {
  await until(async () => expect(await fleet.entries(key)).toBe(entries), timeout);
}

const set = (key: string) => fleet.db.collection<{ _id: string }>('sets').findOne({ _id: key });
const hash = (key: string) => fleet.db.collection<{ _id: string }>('hashes').findOne({ _id: key });
const sweeps = () => scheduler.output().match(/"sweep done"/g)?.length ?? 0;

describe('with a feed of changes', () => {
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

  it('every change of values of all types is there at once, of new and vanishing keys too', async () => {
    await begin();
    await fleet.redis.hset('user:1', 'name', 'Ann');
    await until(async () => expect(await hash('user:1')).toMatchObject({ fields: { name: 'Ann' } }));
    await fleet.redis.hset('user:1', 'name', 'Bea');
    await until(async () => expect(await hash('user:1')).toMatchObject({ fields: { name: 'Bea' } }));
    await fleet.redis.sadd('tags', 'a', 'b');
    await until(async () => expect(await set('tags')).toMatchObject({ members: ['a', 'b'] }));
    await fleet.redis.multi().srem('tags', 'b').sadd('tags', 'c').exec();
    await until(async () => expect(await set('tags')).toMatchObject({ members: ['a', 'c'] }));
    await until(async () => expect(await fleet.everyMs('tags')).toBeDefined());
    await fleet.redis.rename('tags', 'labels');
    await until(async () => expect(await fleet.key('tags')).toMatchObject({ status: 'deleted' }));
    await until(async () => expect(await set('labels')).toMatchObject({ members: ['a', 'c'] }));
    await until(async () => expect(await fleet.everyMs('tags')).toBeUndefined());
    await fleet.redis.set('session', 'x');
    await until(async () => expect(await fleet.key('session')).toMatchObject({ status: 'active' }));
    await fleet.redis.pexpire('session', 1);
    await until(async () => expect(await fleet.key('session')).toMatchObject({ status: 'deleted' }));
    await until(async () => expect(await fleet.everyMs('labels')).toBeDefined());
    expect(await fleet.queue.schedulers.count()).toBe(1);
    expect(sweeps()).toBe(1);
  });

  it('thousands of keys that change at once are all there, and no key is due any more', async () => {
    await begin();
    const keys = Array.from({ length: 3_000 }, (_, i) => `key:${i}`);
    for (const round of ['1', '2']) {
      const pipeline = fleet.redis.pipeline();
      for (const key of keys) pipeline.hset(key, 'round', round);
      await pipeline.exec();
    }
    const hashes = fleet.db.collection('hashes');
    await until(async () => expect(await hashes.countDocuments({ 'fields.round': '2' })).toBe(3_000));
    await until(async () => expect(await fleet.queue.dueCount()).toBe(0));
  });

  it('entries that came while no scheduler ran are found by a sweep', async () => {
    await fleet.redis.xadd('orders', '1-0', 'n', '1');
    await begin();
    await isMirrored('orders', 1);
    await scheduler.stop();
    await fleet.redis.xadd('orders', '2-0', 'n', '2');
    await fleet.redis.set('text', 'a');
    await begin();
    await isMirrored('orders', 2);
    await until(async () => expect(await fleet.key('text')).toMatchObject({ status: 'active' }));
  });

  it('a stream made anew with lower ids is noticed, which no read from the old id would show', async () => {
    await fleet.redis.xadd('orders', '1000-0', 'n', '1');
    await begin();
    await isMirrored('orders', 1);
    await fleet.redis.multi().del('orders').xadd('orders', '5-0', 'n', 'anew').exec();
    await until(async () => expect(await fleet.key('orders')).toMatchObject({ incarnation: 2 }));
    await isMirrored('orders', 2);
  });

  it('a key that becomes a stream, and one that ceases to be one, are noticed', async () => {
    await fleet.redis.xadd('turns', '1-0', 'n', '1');
    await begin();
    await isMirrored('turns', 1);
    await fleet.redis.multi().del('turns').sadd('turns', 'a').exec();
    await until(async () => expect(await set('turns')).toMatchObject({ members: ['a'] }));
    await fleet.redis.multi().del('turns').xadd('turns', '2-0', 'n', '2').exec();
    await isMirrored('turns', 2);
  });

  it('keys with names that are not UTF-8 are heard of too', async () => {
    const name = Buffer.from([0xff, 0x00, 0x41]);
    await fleet.redis.xadd(name, '1-0', 'n', '1');
    await begin();
    await isMirrored('base64:/wBB', 1);
    await fleet.redis.xadd(name, '2-0', 'n', '2');
    await isMirrored('base64:/wBB', 2);
  });

  it('a feed that is cut again and again loses nothing', async () => {
    await begin();
    for (let i = 1; i <= 20; i++) {
      if (i % 4 === 0) await fleet.redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await fleet.redis.xadd('orders', `${i}-0`, 'n', String(i));
      await fleet.redis.hset('user:1', 'n', String(i));
      await fleet.redis.set(`new:${i}`, String(i));
    }
    await isMirrored('orders', 20);
    await until(async () => expect(await hash('user:1')).toMatchObject({ fields: { n: '20' } }));
    await until(async () => expect(await fleet.db.collection('strings').countDocuments()).toBe(20));
  });

  it('after FLUSHALL all keys are retired, and those made anew begin their next incarnation', async () => {
    await fleet.redis.xadd('orders', '1-0', 'n', '1');
    await fleet.redis.set('gone', 'a');
    await begin();
    await isMirrored('orders', 1);
    await until(async () => expect(await fleet.key('gone')).toMatchObject({ status: 'active' }));
    await fleet.redis.multi().flushall().xadd('orders', '7-0', 'n', '7').exec();
    await until(async () => expect(await fleet.key('gone')).toMatchObject({ status: 'deleted' }));
    await isMirrored('orders', 2);
    await until(async () => expect(await fleet.key('orders')).toMatchObject({ incarnation: 2 }));
  });
});

describe('with types that are left out', () => {
  it('a key of another type that is made anew with one that is mirrored is noticed, and its way back', async () => {
    await fleet.redis.set('turns', 'text');
    await begin({ SYNC_INTERVAL_SEC: '3600', KEY_TYPES: 'set,stream' });
    await fleet.redis.set('turns', 'other text');
    await fleet.redis.multi().del('turns').sadd('turns', 'a').exec();
    await until(async () => expect(await set('turns')).toMatchObject({ members: ['a'] }));
    await fleet.redis.set('turns', 'text again');
    await until(async () => expect(await fleet.key('turns')).toMatchObject({ status: 'deleted' }));
    await fleet.redis.multi().del('turns').sadd('turns', 'b').exec();
    await until(async () => expect(await set('turns')).toMatchObject({ members: ['b'] }));
  });
});

describe.each([
  ['where the server refuses to report changes', {}],
  ['where CHANGE_FEED is off', { CHANGE_FEED: 'false' }],
])('%s', (where, more) => {
  it('keys are polled at their interval: new, changed and vanished ones', async () => {
    const isRefused = where.includes('refuses');
    if (isRefused) await fleet.redis.call('ACL', 'SETUSER', 'default', '-client|tracking');
    try {
      await fleet.redis.xadd('orders', '1-0', 'n', '1');
      await begin({ SYNC_INTERVAL_SEC: '0.5', ...more });
      await prints(scheduler, isRefused ? /refuses to report changes/ : /change feed: off/);
      await isMirrored('orders', 1);
      await fleet.redis.xadd('orders', '2-0', 'n', '2');
      await fleet.redis.hset('user:1', 'name', 'Ann');
      await isMirrored('orders', 2);
      await until(async () => expect(await hash('user:1')).toMatchObject({ fields: { name: 'Ann' } }));
      await fleet.redis.hset('user:1', 'name', 'Bea');
      await until(async () => expect(await hash('user:1')).toMatchObject({ fields: { name: 'Bea' } }));
      await fleet.redis.del('user:1');
      await until(async () => expect(await fleet.key('user:1')).toMatchObject({ status: 'deleted' }));
      await fleet.redis.multi().del('orders').xadd('orders', '1-0', 'n', 'anew').exec();
      await until(async () => expect(await fleet.key('orders')).toMatchObject({ incarnation: 2 }));
    } finally {
      await fleet.redis.call('ACL', 'SETUSER', 'default', '+@all');
    }
  });
});

describe('a target that loses what it held', () => {
  it('is filled again at once', async () => {
    for (let i = 0; i < 200; i++) await fleet.redis.set(`text:${i}`, String(i));
    for (let i = 0; i < 50; i++) await fleet.redis.xadd(`stream:${i}`, '1-0', 'n', '1');
    await begin();
    const active = () => fleet.db.collection('keys').countDocuments({ status: 'active' });
    await until(async () => expect(await active()).toBe(250));
    await until(async () => expect(await fleet.queue.dueCount()).toBe(0));
    await fleet.db.dropDatabase();
    await until(async () => expect(await active()).toBe(250));
    await until(async () => expect(await fleet.db.collection('stream_messages').countDocuments()).toBe(50));
    // Both are polled, each at its own interval.
    expect(scheduler.output()).toMatch(
      /MongoDB (holds fewer keys than it should|was dropped, or restored to an earlier state)/,
    );
    const indexes = await fleet.db.collection('keys').indexes();
    expect(indexes.length).toBeGreaterThan(1);
  });
});
