import { createLogger, createMetrics } from '@redis-to-mongo/app-shell';
import { KEY_TYPES, ruleBook } from '@redis-to-mongo/key-types';
import { prepareDatabase, readDeadLetter, replayDeadLetter } from '@redis-to-mongo/mongo-sink';
import { bytesOf, type RuleSpec, syncKey } from '@redis-to-mongo/pipeline';
import { redisSource, trimStream } from '@redis-to-mongo/redis-source';
import { type LineUnderTest, lineUnderTest, wholeSlice } from '@redis-to-mongo/test-kit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { trimAfterSync } from '../src/trim-after-sync.js';

let under: LineUnderTest;
beforeAll(async () => {
  under = await lineUnderTest();
});
afterAll(() => under.close());

const READ = { readEntries: 100, readBytes: 8 << 20 };
async function syncBy(rules: readonly RuleSpec[], key: string) {
  const book = ruleBook(rules);
  const source = redisSource(under.redis, KEY_TYPES, { ...READ, rules: book });
  return await syncKey(await under.line({ source, rules: book }), key, wholeSlice());
}
const all = (collection: string) => under.db.collection(collection).find().sort({ _id: 1 }).toArray();

it('sends messages to a collection, with fields taken, renamed and parsed, and a time to go', async () => {
  const rules: RuleSpec[] = [
    {
      pattern: 'orders*',
      collection: 'orders_messages',
      types: ['stream'],
      fields: { take: ['price', 'big', 'when', 'payload', 'a'], rename: { a: 'alpha' } },
      parse: { price: 'number', big: 'number', when: 'date', payload: 'json' },
      ttlMs: 60_000,
    },
  ];
  await prepareDatabase(under.db, rules);
  const time = Date.now();
  const flat = ['price', '1.50', 'big', '9007199254740993', 'when', '1700000000000', 'payload', '{"n":[1]}'];
  await under.redis.xadd('orders:1', `${time}-0`, ...flat, 'a', 'x', 'secret', 's');
  await under.redis.xadd('orders:1', `${time}-1`, 'price', 'a lot', 'when', 'soon');
  expect(await syncBy(rules, 'orders:1')).toMatchObject({ seen: 2, written: 2 });
  expect(await under.messages('orders:1')).toEqual([]);
  const [first, second] = await under.db
    .collection('orders_messages')
    .find({}, { useBigInt64: true })
    .sort({ _id: 1 })
    .toArray();
  expect(first).toMatchObject({
    content: {
      price: 1.5,
      big: 9007199254740993n,
      when: new Date(1_700_000_000_000),
      payload: { n: [1] },
      alpha: 'x',
    },
    mapped: {
      left: 1,
      renamed: [[4, 'a']],
      texts: [
        [0, '1.50'],
        [2, '1700000000000'],
      ],
    },
    removeAt: new Date(time + 60_000),
  });
  expect(second).toMatchObject({ content: { price: 'a lot', when: 'soon' } });
  expect(second).not.toHaveProperty('mapped');
  expect(await under.db.collection('orders_messages').indexes()).toContainEqual(
    expect.objectContaining({ key: { removeAt: 1 }, expireAfterSeconds: 0 }),
  );
  expect(await under.state('orders:1')).toMatchObject({ collection: 'orders_messages' });
});

it('writes entries in the shape document by the direct path, and keeps a refused one whole', async () => {
  const rules = ruleBook([{ pattern: 'shaped', types: ['stream'], collection: 'shaped', shape: 'document' }]);
  await under.db.collection('shaped').createIndex({ n: 1 }, { unique: true });
  await under.redis.xadd('shaped', '5-1', 'n', '7', '_id', 'own', 'entryId', 'x');
  await under.redis.xadd('shaped', '5-2', 'n', '7', '$m', 'y');
  expect(await syncKey(await under.line({ rules }), 'shaped', wholeSlice())).toMatchObject({
    written: 1,
    dead: 1,
  });
  const ours = { stream: 'shaped', type: 'main', at: new Date(5) };
  const first = {
    _id: 'shaped@a1:a5-a1',
    n: '7',
    entryId: 'x',
    _redis: { ...ours, entryId: '5-1', fields: [[1, '_id', 'own']] },
  };
  expect(await all('shaped')).toEqual([first]);
  const id = 'shaped@a1:a5-a2';
  expect(await readDeadLetter(under.db, id)).toMatchObject({
    entryId: '5-2',
    content: [
      ['n', '7'],
      ['$m', 'y'],
    ],
  });
  await under.db.collection('shaped').dropIndexes();
  expect(await replayDeadLetter(under.db, id, async () => async () => {})).toMatchObject({
    result: 'written',
  });
  expect(await all('shaped')).toEqual([
    first,
    { _id: id, n: '7', _redis: { ...ours, entryId: '5-2', fields: [[1, '$m', 'y']] } },
  ]);
});

it('leaves a key that no rule matches as it is', async () => {
  await under.redis.xadd('plain', '1-1', 'price', '1');
  await syncBy([{ pattern: 'other', parse: { price: 'number' } }], 'plain');
  expect(await under.messages('plain')).toMatchObject([{ content: { price: '1' } }]);
  expect(await under.state('plain')).not.toHaveProperty('collection');
});

it('keeps a refused message whole, however large, and replays it to its collection', async () => {
  const rules: RuleSpec[] = [
    { pattern: '*', types: ['stream'], collection: 'unique_messages', parse: { n: 'number' } },
  ];
  await under.db.collection('unique_messages').createIndex({ 'content.n': 1 }, { unique: true });
  await under.redis.xadd('unique', '1-1', 'n', '7');
  const blob = Buffer.alloc(9 << 20, 0xee);
  await under.redis.xadd('unique', '1-2', 'n', '7', 'blob', blob);
  expect(await syncBy(rules, 'unique')).toMatchObject({ written: 1, dead: 1 });
  const id = 'unique@a1:a1-a2';
  const { content } = (await readDeadLetter(under.db, id)) ?? {};
  expect(content.n).toBe(7);
  expect(bytesOf(content.blob).equals(blob)).toBe(true);
  await under.db.collection('unique_messages').dropIndexes();
  expect(await replayDeadLetter(under.db, id, async () => async () => {})).toMatchObject({
    result: 'written',
  });
  expect(await all('unique_messages')).toMatchObject([
    { content: { n: 7 } },
    { content: { n: 7 }, mapped: {} },
  ]);
});

it('sends values to a collection and their members beside it, with history, and lets them go after a time', async () => {
  const rules: RuleSpec[] = [
    { pattern: '*tags', types: ['set'], collection: 'tags', history: true, ttlMs: 3_600_000 },
    { pattern: '*', types: ['string'], collection: 'texts', ttlMs: 3_600_000 },
  ];
  await prepareDatabase(under.db, rules);
  await under.redis.sadd('my-tags', 'red', 'blue');
  await syncBy(rules, 'my-tags');
  await under.redis.srem('my-tags', 'blue');
  await syncBy(rules, 'my-tags');
  expect(await all('tags')).toMatchObject([{ _id: 'my-tags', active: true, form: 'members', size: 1 }]);
  const members = await under.db.collection('tags_members').find().sort({ member: 1 }).toArray();
  expect(members).toMatchObject([
    { member: 'blue', until: expect.any(Number) },
    { member: 'red', until: null },
  ]);
  expect(await all('sets')).toEqual([]);

  await under.redis.set('text', 'x');
  await syncBy(rules, 'text');
  expect((await all('texts'))[0]).not.toHaveProperty('removeAt');
  await under.redis.del('text');
  const before = Date.now();
  expect(await syncBy(rules, 'text')).toMatchObject({ result: 'deleted' });
  const [gone] = await all('texts');
  expect(gone).toMatchObject({ active: false, value: null });
  expect(gone?.removeAt.getTime()).toBeGreaterThanOrEqual(before + 3_600_000);
});

it('moves a key to another collection with its next incarnation, and not before', async () => {
  const by = (collection: string): RuleSpec[] => [{ pattern: 'moving', types: ['stream'], collection }];
  await under.redis.xadd('moving', '1-1', 'a', '1');
  await syncBy(by('from'), 'moving');
  await under.redis.xadd('moving', '1-2', 'a', '2');
  await syncBy(by('to'), 'moving');
  expect(await all('from')).toHaveLength(2);
  await under.redis.del('moving');
  await syncBy(by('to'), 'moving');
  await under.redis.xadd('moving', '1-3', 'a', '3');
  await syncBy(by('to'), 'moving');
  expect(await all('to')).toMatchObject([{ _id: 'moving@a2:a1-a3' }]);
  expect(await under.state('moving')).toMatchObject({
    collection: 'to',
    activity: [{ collection: 'from' }, { collection: 'to' }],
  });
});

it('trims the streams of a rule as it says, and the others as the options say', async () => {
  const book = ruleBook([{ pattern: 'short', trim: { mode: 'on', keepEntries: 1, keepMs: 0 } }]);
  const trim = trimAfterSync({
    optionsFor: (key) => book.ruleFor(key, 'stream')?.trim ?? { mode: 'off', keepEntries: 0, keepMs: 0 },
    trim: (key, synced, options) => trimStream(under.redis, key, synced, options),
    metrics: createMetrics('worker'),
    logger: createLogger({ level: 'error', format: 'json', app: 'worker' }),
  });
  for (const key of ['short', 'long']) {
    for (const id of ['1-1', '1-2', '1-3']) await under.redis.xadd(key, id, 'a', '1');
    const { state } = await under.sync(key);
    if (state) await trim(state);
  }
  expect([await under.redis.xlen('short'), await under.redis.xlen('long')]).toEqual([1, 3]);
});
