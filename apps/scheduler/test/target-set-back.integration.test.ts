import { judge, readFacts, TARGET_SET_BACK } from '@redis-to-mongo/fleet-status';
import { countInTarget, raiseTargetCounter } from '@redis-to-mongo/mongo-sink';
import { fleetForTests } from '@redis-to-mongo/test-kit';
import { beforeEach, expect, it } from 'vitest';
import { TargetSetBack } from '../src/target-set-back.js';

const fleet = fleetForTests();
let setBack: TargetSetBack;
beforeEach(() => {
  setBack = new TargetSetBack({ db: fleet.db, queue: fleet.queue, everyMs: 0 });
});

const counters = () => fleet.db.collection<{ _id: string; n: number }>('fleet');

it('a target that is counted on and on has not been set back', async () => {
  for (let i = 0; i < 5; i++) expect(await setBack.found()).toBe(false);
  expect(await counters().findOne({ _id: 'counter' })).toMatchObject({ n: 5 });
  expect(await fleet.queue.targetCounter.read()).toBe(5);
});

it('one that holds what it held before is noticed once, with as many keys as ever, and a sweep is due', async () => {
  for (let i = 0; i < 5; i++) await setBack.found();
  const begun = await fleet.queue.sweeps.begin('all', '');
  await counters().updateOne({ _id: 'counter' }, { $set: { n: 2 } });
  expect(await setBack.found()).toBe(true);
  expect(await fleet.queue.sweeps.end(begun)).toBe(false); // it began before
  expect((await fleet.queue.facts()).sweepPending).toBe(TARGET_SET_BACK);
  expect(await setBack.found()).toBe(false);
});

it('keys are read again from earlier on that a worker has synced whose clock is behind', async () => {
  const worker = { app: 'worker', state: 'active' } as const;
  const since = async (clockAheadMs: number): Promise<number> => {
    await fleet.queue.beat('worker', { ...worker, clockAheadMs });
    for (let i = 0; i < 3; i++) await setBack.found();
    await counters().updateOne({ _id: 'counter' }, { $set: { n: 1 } });
    expect(await setBack.found()).toBe(true);
    const read = await fleet.queue.sweeps.begin('all', '').then(() => fleet.queue.sweeps.read());
    await fleet.queue.sweeps.endReread();
    return (await fleet.queue.sweeps.now()) - (read?.rereadSince ?? 0);
  };
  expect(await since(3_600_000)).toBeLessThan(3_000_000);
  expect(await since(-3_600_000)).toBeGreaterThan(3_600_000);
});

it('so is one that was dropped, again and again, also while no scheduler ran', async () => {
  for (let i = 0; i < 3; i++) {
    await new TargetSetBack({ db: fleet.db, queue: fleet.queue }).found();
    await fleet.db.dropDatabase();
    expect(await new TargetSetBack({ db: fleet.db, queue: fleet.queue }).found()).toBe(true);
  }
});

it('a queue that was emptied says nothing of the target', async () => {
  for (let i = 0; i < 3; i++) await setBack.found();
  await fleet.queueRedis.flushall();
  expect(await setBack.found()).toBe(false);
});

it('a target that was set back just after the queue was emptied is noticed by the same scheduler', async () => {
  for (let i = 0; i < 3; i++) await setBack.found();
  await fleet.queueRedis.flushall();
  await counters().updateOne({ _id: 'counter' }, { $set: { n: 1 } });
  expect(await setBack.found()).toBe(true);
  await fleet.queue.sweeps.begin('all', '');
  expect(await fleet.queue.sweeps.read()).toMatchObject({ rereadSince: expect.any(Number) });
  expect(await setBack.found()).toBe(false);
});

it('two schedulers that both take themselves for the active one do not take each other for a restore', async () => {
  const other = new TargetSetBack({ db: fleet.db, queue: fleet.queue, everyMs: 0 });
  for (let i = 0; i < 20; i++)
    expect(await Promise.all([setBack.found(), other.found()])).toEqual([false, false]);
});

it('a target that a scheduler of another queue counts, too, is shared, until that one has gone', async () => {
  const said: boolean[] = [];
  const ours = new TargetSetBack({ ...fleet, everyMs: 0, onCounted: (isShared) => void said.push(isShared) });
  await ours.found();
  for (let i = 0; i < 6; i++) {
    await countInTarget(fleet.db);
    await ours.found();
  }
  await ours.found();
  expect(said).toEqual([false, false, false, false, false, true, true, false]);
});

it('a queue that takes no note of what was counted is not another fleet', async () => {
  const said: boolean[] = [];
  const { targetCounter, sweeps } = fleet.queue;
  let isFull = false;
  const queue = {
    sweeps,
    processes: () => fleet.queue.processes(),
    targetCounter: {
      read: () => targetCounter.read(),
      raisedAt: () => targetCounter.raisedAt(),
      raise: async (n: number) => {
        if (isFull) throw new Error('OOM');
        await targetCounter.raise(n);
      },
    },
  };
  const onCounted = (isShared: boolean) => void said.push(isShared);
  const ours = new TargetSetBack({ db: fleet.db, queue, everyMs: 0, onCounted });
  await ours.found();
  isFull = true;
  for (let i = 0; i < 8; i++) await expect(ours.found()).rejects.toThrow('OOM');
  isFull = false;
  expect(await ours.found()).toBe(false);
  expect(said).toEqual(Array(10).fill(false));
});

it('the verdict reports it before any scheduler does', async () => {
  const { queue, db, redis: source } = fleet;
  for (let i = 0; i < 3; i++) await setBack.found();
  const facts = async () =>
    await readFacts({
      queue,
      db,
      source,
      identity: { compare: async () => ({ is: 'same', id: undefined }) },
    });
  const reasons = async () => judge(await facts()).reasons.map(({ what }) => what);
  expect(await reasons()).not.toContain(TARGET_SET_BACK);
  await counters().updateOne({ _id: 'counter' }, { $inc: { n: -1 } });
  expect(await reasons()).toContain(TARGET_SET_BACK);
  await countInTarget(db);
  expect(await reasons()).not.toContain(TARGET_SET_BACK);
  await db.dropDatabase();
  expect(await reasons()).toContain(TARGET_SET_BACK);
  await raiseTargetCounter(db, 3);
  expect(await countInTarget(db)).toBe(4);
  expect(await reasons()).not.toContain(TARGET_SET_BACK);
});
