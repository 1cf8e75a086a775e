import { elementsOf, parseManifest } from '@redis-to-mongo/mongo-sink';
import { fleetForTests, until } from '@redis-to-mongo/test-kit';
import type { Document, Filter } from 'mongodb';
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

it('so is a large value, without what a run did to it whose attempt is lost', async () => {
  const { redis } = fleet;
  const members = Array.from({ length: 200 }, (_, i) => `member ${i}`);
  await redis.sadd('tags', ...members);
  fleet.scheduler();
  fleet.worker({ VALUE_INLINE_MEMBERS: '10' });
  const isCurrent = async () => {
    const manifest = await collection('sets').findOne({ _id: 'tags' });
    expect(manifest).toMatchObject({ form: 'members', size: members.length });
    const visible = elementsOf(parseManifest(manifest ?? {})) as Filter<Stored>;
    const seen = await collection('set_members').find(visible).toArray();
    expect(seen.map(({ member }) => member).sort()).toEqual([...members].sort());
  };
  await until(isCurrent);
  await until(async () => expect(await fleet.queue.targetCounter.read()).toBeGreaterThan(0));

  // A run that was under way adds and ends elements after its attempt was lost from the manifest. The next commit has them seen.
  const manifest = await collection('sets').findOne({ _id: 'tags' });
  const attempt = Number(manifest?.generation) + 1;
  const [one, another] = await collection('set_members').find().limit(2).toArray();
  if (!one || !another) throw new Error('there are no elements');
  const _id = one._id.replace(/\d+$/, String(attempt));
  await collection('set_members').insertOne({ ...one, _id, since: attempt });
  await collection('set_members').updateOne({ _id: another._id }, { $set: { until: attempt } });
  members.push('member 200');
  await redis.sadd('tags', 'member 200');
  await until(async () =>
    expect(await collection('sets').findOne({ _id: 'tags' })).toMatchObject({ size: members.length }),
  );
  await expect(isCurrent()).rejects.toThrow();

  await collection('fleet').updateOne({ _id: 'counter' }, { $set: { n: -1 } });
  await until(isCurrent);
});

function ids(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => `${from + i}-0`);
}
