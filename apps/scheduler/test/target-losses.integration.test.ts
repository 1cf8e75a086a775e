import { fleetForTests } from '@redis-to-mongo/test-kit';
import { beforeEach, expect, it } from 'vitest';
import { TargetLosses } from '../src/target-losses.js';

let losses: TargetLosses;
const fleet = fleetForTests();
beforeEach(() => {
  losses = new TargetLosses(fleet.db, fleet.queue);
});

async function fill(count: number, status = 'active'): Promise<void> {
  const documents = Array.from({ length: count }, (_, i) => ({ _id: `${status}:${i}`, status }));
  await fleet.db.collection<{ _id: string; status: string }>('keys').insertMany(documents);
}

it('a target that is dropped again and again is noticed each time, with no job scheduler to compare with', async () => {
  for (let loss = 1; loss <= 3; loss++) {
    await fill(20);
    expect(await losses.found(false)).toBe(false);
    await fleet.db.dropDatabase();
    expect(await losses.found(false)).toBe(true);
  }
});

it('keys that came and went between two calls are missed by their job schedulers, once', async () => {
  expect(await losses.found(false)).toBe(false);
  await fleet.queue.schedulers.set(['a', 'b'], 3_600_000);
  expect(await losses.found(false)).toBe(true);
  expect(await losses.found(false)).toBe(false);
});

it('streams and sets whose documents were removed are noticed by the second reading, once, among more keys of other types', async () => {
  await fill(20);
  await fleet.queue.schedulers.set(['a', 'b'], 3_600_000);
  expect(await losses.found(false)).toBe(false);
  losses.missing.note(1);
  expect(await losses.found(false)).toBe(false);
  losses.missing.note(1);
  expect(await losses.found(true)).toBe(false);
  expect(await losses.found(false)).toBe(true);
  losses.missing.note(1);
  expect(await losses.found(false)).toBe(false);
  losses.missing.note(0);
  for (let reading = 1; reading <= 2; reading++) losses.missing.note(2);
  expect(await losses.found(false)).toBe(true);
});

it('a sweep that has made job schedulers, and requested nothing yet, is not taken for a loss, nor does it hide one', async () => {
  await fleet.queue.schedulers.set(['a', 'b'], 3_600_000);
  expect(await losses.found(true)).toBe(false);
  expect(await losses.found(false)).toBe(true);
});

it('keys that are due have no document yet', async () => {
  await fleet.queue.schedulers.set(['a', 'b'], 3_600_000);
  await fleet.queue.request(['a']);
  expect(await losses.found(false)).toBe(false);
});

it('forgotten documents of deleted keys are distinguished from a loss, once active ones were counted', async () => {
  await fill(20);
  await fill(80, 'deleted');
  expect(await losses.found(false)).toBe(false);
  const keys = fleet.db.collection<{ _id: string }>('keys');
  await keys.deleteMany({ _id: { $gte: 'deleted:4', $lt: 'deleted::' } });
  expect(await losses.found(false)).toBe(true);
  await keys.deleteMany({ _id: { $gte: 'deleted:', $lt: 'deleted:4' } });
  expect(await losses.found(false)).toBe(false);
});
