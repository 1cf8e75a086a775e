import { fleetForTests, until } from '@redis-to-mongo/test-kit';
import type { Document } from 'mongodb';
import { expect, it } from 'vitest';

const fleet = fleetForTests();

type Stored = { _id: string } & Document;
const collection = (name: string) => fleet.db.collection<Stored>(name);

it('what was written before a target was set back and saved after it is read once more', async () => {
  const { redis } = fleet;
  fleet.scheduler();
  fleet.worker();
  const isCurrent = async (entries: number, version: string, isGone: boolean) => {
    expect(await fleet.entries('stream')).toBe(entries);
    expect(await collection('hashes').findOne({ _id: 'hash' })).toMatchObject({ fields: { version } });
    expect(await collection('hashes').findOne({ _id: 'gone' })).toMatchObject({ active: !isGone });
  };
  await fleet.fill('stream', 1, 100);
  await redis.hset('hash', 'version', '1');
  await redis.hset('gone', 'version', '1');
  await until(() => isCurrent(100, '1', false));
  const backup = await collection('hashes').find().toArray();

  await fleet.fill('stream', 101, 200);
  await redis.hset('hash', 'version', '2');
  await redis.del('gone');
  await until(() => isCurrent(200, '2', true));
  await until(async () => expect(await fleet.key('gone')).toMatchObject({ status: 'deleted' }));
  const saved = await collection('keys').find().toArray();
  expect(saved).toHaveLength(3);

  // The state of each key says that all is there, and what it covers is not.
  await collection('stream_messages').deleteMany({ entryId: { $in: ids(101, 200) } });
  for (const document of backup) await collection('hashes').replaceOne({ _id: document._id }, document);
  await until(async () => expect(await fleet.queue.targetCounter.read()).toBeGreaterThan(0));
  await collection('fleet').updateOne({ _id: 'counter' }, { $set: { n: -1 } });

  await until(() => isCurrent(200, '2', true));
  // Each entry is there once, in the same incarnation.
  const states = await collection('keys').find().toArray();
  expect(states.map(({ _id, incarnation, status }) => [_id, incarnation, status])).toEqual(
    saved.map(({ _id, incarnation, status }) => [_id, incarnation, status]),
  );
  expect(await collection('dead_letters').countDocuments()).toBe(0);
});

function ids(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => `${from + i}-0`);
}
