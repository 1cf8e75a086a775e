import { ruleBook } from '@redis-to-mongo/key-types';
import { changeKey } from '@redis-to-mongo/mongo-sink';
import { type Line, movingTo, type Step, syncKey, syncKeys } from '@redis-to-mongo/pipeline';
import { lineForTests, wholeSlice } from '@redis-to-mongo/test-kit';
import { expect, test } from 'vitest';
import { migrateKey } from '../src/index.js';

const SLICE = { entries: 1_000_000, bytes: 1 << 30, ms: 60_000 };
const RULES = ruleBook([
  { pattern: 'orders*', types: ['stream'], collection: 'orders_messages', shape: 'document' },
  { pattern: 'tags*', types: ['set'], collection: 'tags' },
]);

const under = lineForTests();

/** A worker whose settings are from before the rules, and that does something at a step, once. */
async function interrupted(at: Step, what: () => Promise<unknown>): Promise<Line> {
  let isDone = false;
  return await under.line({
    at: async (step) => {
      if (step !== at || isDone) return;
      isDone = true;
      await what();
    },
  });
}

const migrate = async (key: string) =>
  await migrateKey(await under.line({ rules: RULES }), under.db, key, SLICE);
const syncByRules = async (key: string) =>
  await syncKey(await under.line({ rules: RULES }), key, wholeSlice());
const entryIdsIn = async (collection: string, stream: string) => {
  const place = { $or: [{ stream }, { '_redis.stream': stream }] };
  const found = await under.db.collection(collection).find(place).sort({ _id: 1 }).toArray();
  return found.map(({ entryId, _redis }) => entryId ?? _redis.entryId);
};

test.each<Step>(['after-read', 'after-write'])(
  'a stream that is migrated while a worker is %s has each entry once, in the new collection',
  async (step) => {
    const key = `orders-${step}`;
    await under.add(key, 1, 3);
    await under.sync(key);
    await under.add(key, 4, 6);
    const worker = await interrupted(step, async () => {
      expect(await migrate(key)).toMatchObject({ result: 'taken over' });
    });
    expect(await syncKey(worker, key, wholeSlice())).toMatchObject({ result: 'overtaken' });
    expect(await syncByRules(key)).toMatchObject({ result: 'synced' });
    expect(await entryIdsIn('orders_messages', key)).toEqual(['1-0', '2-0', '3-0', '4-0', '5-0', '6-0']);
    expect(await entryIdsIn('stream_messages', key)).toEqual([]);
  },
);

test('a stream that was migrated, and read on, before a worker that stood still goes on has each entry once', async () => {
  const key = 'orders-still';
  await under.add(key, 1, 3);
  await under.sync(key);
  await under.add(key, 4, 6);
  const worker = await interrupted('after-read', async () => {
    await migrate(key);
    await syncByRules(key);
    await under.add(key, 7, 9);
  });
  expect(await syncKey(worker, key, wholeSlice())).toMatchObject({ result: 'overtaken' });
  await syncByRules(key);
  expect(await entryIdsIn('orders_messages', key)).toHaveLength(9);
  expect(await entryIdsIn('stream_messages', key)).toEqual([]);
});

test('what a migration has not reached yet stays, whoever is overtaken meanwhile', async () => {
  const key = 'orders-half';
  await under.add(key, 1, 3);
  await under.sync(key);
  const place = { collection: 'orders_messages', documentId: undefined, rule: 'under way' };
  // Another worker reads on, and the migration begins, while this one stands still.
  await under.add(key, 4, 6);
  const worker = await interrupted('after-read', async () => {
    await under.sync(key);
    await changeKey(under.db, key, (state) => movingTo(state, place));
  });
  expect(await syncKey(worker, key, wholeSlice())).toMatchObject({ result: 'overtaken' });
  expect(await entryIdsIn('stream_messages', key)).toHaveLength(6);
  expect(await migrate(key)).toMatchObject({ result: 'taken over' });
  expect(await entryIdsIn('orders_messages', key)).toHaveLength(6);
  expect(await entryIdsIn('stream_messages', key)).toEqual([]);
});

test.each(['alone', 'together'])(
  'a value that is migrated while a worker writes it %s is there once',
  async (how) => {
    const key = `tags-${how}`;
    await under.redis.sadd(key, 'a');
    await under.sync(key);
    await under.redis.sadd(key, 'b');
    const worker = await interrupted('after-read', () => migrate(key));
    if (how === 'alone') await syncKey(worker, key, wholeSlice());
    else await syncKeys(worker, [key], wholeSlice, () => {});
    await syncByRules(key);
    expect(await under.db.collection('tags').find({ stream: key }).toArray()).toMatchObject([
      { _id: key, active: true, members: ['a', 'b'] },
    ]);
    expect(await under.db.collection('sets').countDocuments({ stream: key })).toBe(0);
  },
);
