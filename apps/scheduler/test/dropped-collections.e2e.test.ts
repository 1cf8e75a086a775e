import { elementsOf, parseManifest } from '@redis-to-mongo/mongo-sink';
import { fleetForTests, prints, until } from '@redis-to-mongo/test-kit';
import type { Document, Filter } from 'mongodb';
import { expect, it } from 'vitest';
import { untilVerdict } from './verdict-under-test.js';

const fleet = fleetForTests();

type Stored = { _id: string } & Document;
const collection = (name: string) => fleet.db.collection<Stored>(name);

it('collections that are dropped by hand are filled again, in the same incarnation, while the fleet runs', async () => {
  const { redis } = fleet;
  const members = Array.from({ length: 200 }, (_, i) => `member ${i}`);
  await fleet.fill('stream', 1, 300);
  await redis.sadd('tags', ...members);
  await redis.hset('hash', 'version', '1');
  await redis.set('string', 'stays');
  fleet.scheduler();
  fleet.worker({ VALUE_INLINE_MEMBERS: '10' });
  const isThere = async () => {
    expect(await fleet.entries('stream')).toBe(300);
    expect(await collection('hashes').findOne({ _id: 'hash' })).toMatchObject({ fields: { version: '1' } });
    expect(await collection('strings').countDocuments()).toBe(1);
    const manifest = await collection('sets').findOne({ _id: 'tags' });
    const visible = elementsOf(parseManifest(manifest ?? {})) as Filter<Stored>;
    expect(await collection('set_members').countDocuments(visible)).toBe(200);
  };
  await until(isThere);
  const states = async () =>
    (await collection('keys').find().sort({ _id: 1 }).toArray()).map(({ _id, incarnation, status }) => ({
      _id,
      incarnation,
      status,
    }));
  const before = await states();
  expect(before).toHaveLength(4);
  const remembered = async () =>
    (await collection('fleet').findOne({ _id: 'collections' }))?.collections.map(({ name }: Stored) => name);
  const dropped = ['stream_messages', 'hashes', 'set_members'];
  await until(async () => expect(await remembered()).toEqual(expect.arrayContaining(dropped)));
  const unchanged = await fleet.key('string');

  for (const name of dropped) {
    await collection(name).drop();
    await expect(isThere()).rejects.toThrow();
    await until(isThere);
  }
  expect(await states()).toEqual(before);
  expect(await fleet.key('string')).toMatchObject({ revision: unchanged?.revision });
  expect(fleet.logs()).toContain('dropped: set_members');
  // What the fleet reads by is there again.
  const indexes = await collection('set_members').indexes();
  expect(indexes.map(({ key }) => key)).toContainEqual({ key: 1, bucket: 1 });
});

it('indexes that are dropped by hand come back while the fleet runs', async () => {
  await fleet.redis.set('string', 'x');
  const scheduler = fleet.scheduler();
  fleet.worker();
  await until(async () => expect(await fleet.key('string')).not.toBeNull());
  const namesOf = async (name: string) =>
    (await collection(name).indexes()).map((index) => index.name).sort();
  const [keys, sets] = [await namesOf('keys'), await namesOf('sets')];
  expect(keys.length).toBeGreaterThan(5);
  await collection('keys').dropIndexes();
  await collection('sets').dropIndexes();
  await until(async () => {
    expect(await namesOf('keys')).toEqual(keys);
    expect(await namesOf('sets')).toEqual(sets);
  });
  await prints(scheduler, /MongoDB lacked indexes.*keys \{keyType: 1, status: 1, _id: 1\}/);
});

it('a collection that is replaced by a capped one is said, and its keys are there again once that has gone', async () => {
  await fleet.redis.sadd('tags', 'a');
  fleet.scheduler();
  fleet.worker();
  await until(async () => expect(await collection('sets').findOne({ _id: 'tags' })).not.toBeNull());
  await collection('sets').drop();
  await fleet.db.createCollection('sets', { capped: true, size: 4096 });
  await untilVerdict(fleet, 'target-unusable');
  await collection('sets').drop();
  await until(async () => expect(await collection('sets').findOne({ _id: 'tags' })).not.toBeNull());
  await untilVerdict(fleet, 'complete');
});

it('documents of keys that are removed by hand come back, though most keys have theirs', async () => {
  const { redis } = fleet;
  await fleet.fill('stream', 1, 3);
  await redis.sadd('tags', 'a');
  for (let i = 0; i < 10; i++) await redis.set(`string ${i}`, 'x');
  fleet.scheduler();
  fleet.worker();
  await until(async () => {
    expect(await collection('keys').countDocuments()).toBe(12);
    expect(await fleet.queue.schedulers.count()).toBe(2);
  });
  await collection('keys').deleteMany({ _id: { $in: ['stream', 'tags', 'string 1'] } });
  await until(async () => expect(await collection('keys').countDocuments()).toBe(12), 240_000);
  expect(await fleet.key('stream')).toMatchObject({ counts: { seen: 3, written: 0, alreadyThere: 3 } });
});
