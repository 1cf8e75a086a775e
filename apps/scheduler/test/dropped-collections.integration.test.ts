import { collectionsUsed, keysInCollections } from '@redis-to-mongo/mongo-sink';
import { fleetForTests } from '@redis-to-mongo/test-kit';
import { beforeEach, expect, it } from 'vitest';
import { DroppedCollections } from '../src/dropped-collections.js';

const fleet = fleetForTests();
type Named = { _id: string; [name: string]: unknown };
const collection = (name: string) => fleet.db.collection<Named>(name);
const used = () => collectionsUsed([]).all;
const detector = () => new DroppedCollections(fleet.db, used, 0);

beforeEach(async () => {
  for (const name of ['hashes', 'strings']) await collection(name).insertOne({ _id: 'key' });
});

/** What `handle` gets, and whether it is called at all. */
async function handled(dropped = detector(), isDone = true): Promise<readonly string[]> {
  const names: string[] = [];
  await dropped.handle(async (found) => {
    names.push(...found);
    return isDone;
  });
  return names;
}

it('collections that stay, and new ones, are not dropped ones', async () => {
  const dropped = detector();
  for (const name of ['sets', 'zsets', 'lists']) {
    expect(await dropped.found()).toBe(false);
    await collection(name).insertOne({ _id: 'key' });
  }
  expect(await handled()).toEqual([]);
});

it('a sweep does not ask the target that was just asked', async () => {
  const dropped = new DroppedCollections(fleet.db, used, 60_000);
  await dropped.found();
  await collection('hashes').drop();
  expect(await handled(dropped)).toEqual([]);
  expect(await handled(detector())).toEqual(['hashes']);
});

it('a dropped collection is reported once, and is found until it was handled', async () => {
  const dropped = detector();
  await dropped.found();
  await collection('hashes').drop();
  expect(await dropped.found()).toBe(true);
  expect(await dropped.found()).toBe(false);
  expect(await handled(dropped, false)).toEqual(['hashes']);
  expect(await detector().found()).toBe(true); // the next scheduler
  expect(await handled()).toEqual(['hashes']);
  expect(await handled()).toEqual([]);
  expect(await detector().found()).toBe(false);
});

it('so is one that is there again, with whatever documents', async () => {
  await detector().found();
  await collection('hashes').drop();
  await collection('hashes').insertOne({ _id: 'key' });
  expect(await detector().found()).toBe(true);
  expect(await handled()).toEqual(['hashes']);
});

it('so is one that is dropped again right after it was handled', async () => {
  const dropped = detector();
  await dropped.found();
  await collection('hashes').drop();
  await collection('hashes').insertOne({ _id: 'key' });
  expect(await dropped.found()).toBe(true);
  expect(await handled(dropped)).toEqual(['hashes']);
  await collection('hashes').drop();
  expect(await dropped.found()).toBe(true);
});

it('a collection of somebody else may be replaced at any time, as $out does it', async () => {
  const dropped = detector();
  for (let i = 0; i < 2; i++) {
    await collection('report').insertOne({ _id: 'of somebody else' });
    expect(await dropped.found()).toBe(false);
    expect(await handled()).toEqual([]);
    await collection('report').drop();
  }
});

it('one of an earlier rule is still one of the fleet’s', async () => {
  await collection('orders').insertOne({ _id: 'key' });
  await new DroppedCollections(fleet.db, () => [...used(), 'orders'], 0).found();
  await detector().found();
  await collection('orders').drop();
  expect(await detector().found()).toBe(true);
  expect(await handled()).toEqual(['orders']);
});

it('a database that was dropped as a whole is none of its business', async () => {
  await detector().found();
  await fleet.db.dropDatabase();
  expect(await detector().found()).toBe(false);
  await collection('fleet').insertOne({ _id: 'counter', n: 1 });
  expect(await detector().found()).toBe(false);
});

it('a database that was copied elsewhere, and has new collections only, has lost none', async () => {
  await detector().found();
  await detector().found(); // it remembers where it remembers, too
  const memory = await collection('fleet').find().toArray();
  await fleet.db.dropDatabase();
  await collection('hashes').insertOne({ _id: 'key' });
  await collection('fleet').insertMany(memory);
  expect(await detector().found()).toBe(false);
  expect(await handled()).toEqual([]);
});

it('the keys of a collection are those of its types and of rules, as values, elements or messages', async () => {
  const { db } = fleet;
  await collection('keys').insertMany([
    { _id: 'hash', keyType: 'hash', status: 'active' },
    { _id: 'gone', keyType: 'hash', status: 'deleted' },
    { _id: 'set', keyType: 'set', status: 'active' },
    { _id: 'ruled', keyType: 'set', status: 'active', collection: 'orders' },
    { _id: 'stream', keyType: 'stream', status: 'active' },
    { _id: 'ruled stream', keyType: 'stream', status: 'active', collection: 'orders' },
  ]);
  const keysOf = async (...names: string[]) => {
    const keys: string[] = [];
    for await (const page of keysInCollections(db, names, 2)) keys.push(...page.map(({ key }) => key));
    return keys.sort();
  };
  expect(await keysOf('hashes')).toEqual(['hash']);
  expect(await keysOf('set_members')).toEqual(['set']);
  expect(await keysOf('stream_messages')).toEqual(['stream']);
  expect(await keysOf('orders')).toEqual(['ruled', 'ruled stream']);
  expect(await keysOf('orders_members', 'hashes')).toEqual(['hash', 'ruled', 'ruled stream']);
  expect(await keysOf('fleet', 'audit', 'of somebody else')).toEqual([]);
});
