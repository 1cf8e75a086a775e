import { setTimeout as sleep } from 'node:timers/promises';
import { NO_RECORD } from '@redis-to-mongo/job-queue';
import { KEY_TYPES, ruleBook } from '@redis-to-mongo/key-types';
import type { KeyType } from '@redis-to-mongo/pipeline';
import { fleetForTests, startCluster, startMovingSlot } from '@redis-to-mongo/test-kit';
import { describe, expect, it, vi } from 'vitest';
import { ActiveScheduler, type ActiveSchedulerOptions } from '../src/active-scheduler.js';
import { ChangeBuffer } from '../src/change-buffer.js';
import { MissedChanges } from '../src/missed-changes.js';
import { sweep } from '../src/sweep.js';
import { upkeep } from '../src/upkeep.js';

const fleet = fleetForTests();

const wanted = () => true;
const everyMs = () => 3_600_000;

describe('a sweep', () => {
  it('goes on behind thousands of keys that fail, since no job waits', async () => {
    const { redis, queueRedis, queue, db } = fleet;
    const due = Array.from({ length: 5_000 }, (_, i) => [String(Date.now()), `fails:${i}`]);
    await queueRedis.zadd('{r2m}:due', ...due.flat());
    await redis.sadd('waits', '1');
    const report = await sweep({
      ...{ redis, db, queue, wanted, everyMs, types: KEY_TYPES },
      isPoll: false,
      goesOn: () => true,
    });
    expect(report).toMatchObject({ keys: 1, requested: 1, scheduled: 1, isWhole: true });
  });

  it('waits while jobs wait and many keys are due', async () => {
    const { redis, queueRedis, queue, db } = fleet;
    await queue.request(Array.from({ length: 5_000 }, (_, i) => `due:${i}`));
    await redis.sadd('waits', '1');
    const swept = sweep({
      ...{ redis, db, queue, wanted, everyMs, types: KEY_TYPES },
      isPoll: false,
      goesOn: () => true,
    });
    expect(await Promise.race([swept, sleep(300, 'waits')])).toBe('waits');
    await queueRedis.del('{r2m}:due');
    expect(await swept).toMatchObject({ requested: 1, isWhole: true });
  });
});

describe('keys that can’t be mirrored', () => {
  it('are counted by the reason; those of types that KEY_TYPES leaves out are not among them', async () => {
    const { redis, queue, db } = fleet;
    await redis.set('x'.repeat(1_100_000), '1');
    await redis.set('text', '1');
    const types: readonly KeyType[] = ['set'];
    const report = await sweep({
      ...{ redis, db, queue, wanted, everyMs, types, isPoll: false },
      goesOn: () => true,
    });
    expect(report).toMatchObject({ keys: 2, requested: 0, leftOut: { 'name above 1 MiB': 1 } });
  });
});

describe('a sweep while a slot of a cluster moves', () => {
  it('counts each key once, though it scans the cluster twice', async () => {
    const { queue, db } = fleet;
    const cluster = await startCluster();
    try {
      const { redis } = cluster;
      await redis.sadd('tags', 'a');
      await redis.set('text', '1');
      await startMovingSlot(cluster, 'text');
      const report = await sweep({
        ...{ redis, db, queue, wanted, everyMs, types: KEY_TYPES, isPoll: false },
        goesOn: () => true,
      });
      expect(report).toMatchObject({ keys: 2, scheduled: 1, isWhole: true });
      expect(Object.fromEntries(report.byType)).toEqual({ set: 1, string: 1 });
    } finally {
      await cluster.close();
    }
  });
});

describe('keys of types that are not mirrored any more', () => {
  it('are left as they are, in Redis and gone; those that were of a mirrored type are requested', async () => {
    const { redis, queue, queueRedis, db } = fleet;
    await queueRedis.del('{r2m}:due');
    const known = (key: string, keyType: KeyType) => ({ _id: key, keyType, status: 'active' });
    const keys = db.collection<{ _id: string }>('keys');
    await keys.insertMany([
      ...[known('was:hash', 'hash'), known('was:hash:gone', 'hash')],
      ...[known('was:set', 'set'), known('was:set:gone', 'set')],
    ]);
    await redis.hset('was:hash', 'f', 'v');
    await redis.set('was:set', 'v');
    const swept = await sweep({
      ...{
        redis,
        db,
        queue,
        wanted: (key: string) => key.startsWith('was:'),
        everyMs,
        types: ['stream', 'set'],
      },
      isPoll: false,
      goesOn: () => true,
    });
    expect(swept).toMatchObject({ gone: 2, requested: 2 });
    expect((await queueRedis.zrange('{r2m}:due', '0', '-1')).sort()).toEqual(['was:set', 'was:set:gone']);
    await keys.deleteMany({ _id: /^was:/ });
  });
});

describe('the job schedulers after a sweep', () => {
  it('are those of the keys that have one: one of a key that nobody has is removed, however many others there are', async () => {
    const { redis, queue, db } = fleet;
    const options = {
      redis,
      db,
      queue,
      wanted,
      everyMs,
      types: KEY_TYPES,
      isPoll: false,
      goesOn: () => true,
    };
    for (const key of ['a', 'b', 'c']) await redis.sadd(key, '1');
    await redis.set('text', '1');
    await queue.schedulers.set(['never there', 'text', 'b'], 3_600_000);
    expect(await sweep(options)).toMatchObject({ scheduled: 2, unscheduled: 2 });
    expect(await upkeep(options)).toMatchObject({ scheduled: 2, unscheduled: 0 });
    const names = (await queue.schedulers.page(0, 10)).map(({ key }) => key);
    expect(names.sort()).toEqual(['a', 'b', 'c']);
    expect(await sweep(options)).toMatchObject({ scheduled: 0, unscheduled: 0 });
  });

  it('have the intervals of the configuration, unless an earlier sweep has seen to that: then only missing ones are made', async () => {
    const { redis, db, queue } = fleet;
    for (const key of ['right', 'wrong', 'missing']) await redis.sadd(key, '1');
    await queue.schedulers.set(['right'], 3_600_000);
    await queue.schedulers.set(['wrong'], 1_800_000);
    const options = {
      redis,
      db,
      queue,
      wanted,
      everyMs,
      types: KEY_TYPES,
      isPoll: false,
      goesOn: () => true,
    };
    expect(await sweep({ ...options, knowsIntervals: true })).toMatchObject({ scheduled: 1, unscheduled: 0 });
    expect(await sweep(options)).toMatchObject({ scheduled: 2, unscheduled: 0 });
  });
});

describe('upkeep', () => {
  const makeSets = async (count: number) => {
    const { redis } = fleet;
    for (let i = 0; i < count; i++) await redis.sadd(`set:${i}`, '1');
  };
  const options = () => {
    const { redis, queue, db } = fleet;
    return { redis, db, queue, wanted, everyMs, types: KEY_TYPES, isPoll: false, goesOn: () => true };
  };

  it('makes the job schedulers of new keys once most of them are synced, and a few meanwhile', async () => {
    const { queue, queueRedis } = fleet;
    await makeSets(1_200);
    expect(await sweep(options())).toMatchObject({ keys: 1_200, requested: 1_200, scheduled: 1_200 });
    expect(await queue.schedulers.count()).toBe(0);
    expect(await upkeep(options())).toMatchObject({ scheduled: 500 });
    await queueRedis.del('{r2m}:due'); // they are synced
    await vi.waitFor(
      async () => {
        await upkeep(options());
        expect(await queue.schedulers.count()).toBe(1_200);
      },
      { timeout: 30_000 },
    );
  });

  it('makes those that a scheduler died with', async () => {
    const { queue } = fleet;
    await makeSets(3);
    await sweep(options());
    expect(await queue.changes.take(2)).toHaveLength(2);
    await vi.waitFor(
      async () => {
        await upkeep(options());
        expect(await queue.schedulers.count()).toBe(3);
      },
      { timeout: 30_000 },
    );
  });

  it('makes those that were lost on the way after the next sweep', async () => {
    const { queue } = fleet;
    await makeSets(3);
    await sweep(options());
    await queue.changes.settle(await queue.changes.take(2)); // not carried out
    await upkeep(options());
    expect(await queue.schedulers.count()).toBe(1);
    expect(await sweep(options())).toMatchObject({ scheduled: 2 });
    await upkeep(options());
    expect(await queue.schedulers.count()).toBe(3);
  });
});

describe('the active scheduler', () => {
  const options = (missed: MissedChanges): ActiveSchedulerOptions => ({
    ...{ redis: fleet.redis, db: fleet.db, queue: fleet.queue, wanted, missed, types: KEY_TYPES },
    onCounted: () => {},
    buffer: new ChangeBuffer({
      ownPrefix: Buffer.from('{r2m}'),
      isTailed: () => false,
      wanted,
      onAdd: () => {},
      onOverflow: () => {},
    }),
    basis: () => ({ servers: [], options: {} }),
    feed: () => ({ is: 'listening', forMs: 60_000 }),
    scope: 'all',
    intervalMs: 1_000,
    idleIntervalMs: 60_000,
    rules: ruleBook([]),
    prepareTarget: async () => {},
    onReread: () => {},
    onError: (error) => {
      throw error;
    },
  });

  it('does not say that all is well while a sweep goes on that began before changes were missed', async () => {
    const { redis, queue } = fleet;
    for (let i = 0; i < 3_000; i++) await redis.sadd(`set:${i}`, '1');
    const missed = new MissedChanges();
    const active = new ActiveScheduler(options(missed));
    try {
      await queue.sweeps.end(await queue.sweeps.begin('all', '')); // long ago: a routine sweep is due
      await fleet.queueRedis.hset('{r2m}:sweep', { endedAt: 1 });
      let wells = 0;
      const turn = await active.sweepIfDue(() => {
        if (wells++ === 0) missed.note('the connection was lost');
      });
      expect(turn).toMatchObject({ isWhole: true, keys: 3_000 });
      expect(wells).toBe(1);
      expect(await active.sweepIfDue(() => wells++)).toMatchObject({ reason: 'the connection was lost' });
      expect(wells).toBe(2);
    } finally {
      await active.close();
    }
  });

  it('makes job schedulers again that someone has removed, and sweeps nothing: new keys wait for theirs all the time', async () => {
    const { redis, queue, db } = fleet;
    const keys = Array.from({ length: 20 }, (_, i) => `set:${i}`);
    for (const key of keys) await redis.sadd(key, '1');
    const documents = keys.map((_id, i) => ({ _id, keyType: 'set', status: i < 18 ? 'active' : 'deleted' }));
    await db.collection<{ _id: string }>('keys').insertMany(documents);
    await queue.schedulers.set(keys.slice(3, 10), 3_600_000);
    const missed = new MissedChanges();
    const active = new ActiveScheduler(options(missed));
    try {
      await queue.sweeps.end(await queue.sweeps.begin('all', ''));
      for (let reading = 1; reading <= 2; reading++) active.noteMissing(0, 11);
      await active.upkeep();
      expect(await active.upkeep()).toMatchObject({ scheduled: 11 });
      expect(await queue.schedulers.count()).toBe(18);
      expect(missed.reason).toBe('');
      expect(await active.sweepIfDue(() => {})).toBeUndefined();
      expect(await queue.dueCount()).toBe(0);
    } finally {
      await active.close();
    }
  });

  it('that ends on a queue that was emptied meanwhile is made again: what it had requested is lost', async () => {
    const { redis, queue, queueRedis } = fleet;
    await redis.mset(Object.fromEntries(Array.from({ length: 6_000 }, (_, i) => [`string:${i}`, '1'])));
    const missed = new MissedChanges();
    missed.note('connected to the server');
    const active = new ActiveScheduler(options(missed));
    let wells = 0;
    try {
      await queue.sweeps.end(await queue.sweeps.begin('all', ''));
      const sweeping = active.sweepIfDue(() => wells++);
      // No worker takes them: the sweep waits here, until they are lost.
      await vi.waitFor(async () => expect(await queue.dueCount()).toBeGreaterThan(4_000), {
        timeout: 30_000,
      });
      await redis.del(Array.from({ length: 3_000 }, (_, i) => `string:${i}`));
      await queueRedis.flushall();
      expect(await sweeping).toMatchObject({ isWhole: false });
      expect(wells).toBe(0);
      expect((await queue.facts()).sweepPending).toBe(NO_RECORD);
      await vi.waitFor(
        async () =>
          expect(await active.sweepIfDue(() => wells++)).toMatchObject({ isWhole: true, keys: 3_000 }),
        { timeout: 30_000 },
      );
      expect(wells).toBe(1);
      // The first one may have gone on with a page that it had read before.
      expect(await queue.dueCount()).toBeGreaterThanOrEqual(3_000);
    } finally {
      await active.close();
    }
  });
});
