import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { connectRedis } from '@redis-to-mongo/redis-connection';
import type { Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyValuesReader } from '../src/keys/key-values.js';
import { queueAt } from './a-dashboard.js';
import { BINARY, PATIENCE_MS, type ValuesUnderTest, valuesUnderTest } from './values-under-test.js';

const RULES = [
  { pattern: 'shaped*', shape: 'document' },
  { pattern: 'thin*', fields: { leave: ['secret'] }, parse: { age: 'number' } },
];

let on: ValuesUnderTest;
let redis: ValuesUnderTest['redis'];
let excerptOf: ValuesUnderTest['excerptOf'];

beforeAll(async () => {
  on = await valuesUnderTest({ RULES: JSON.stringify(RULES), VALUE_INLINE_MEMBERS: '50' });
  ({ redis, excerptOf } = on);
});
afterAll(async () => await on.close());

const collection = (name: string) => on.db.collection<{ _id: string } & Document>(name);

describe.each(['orders', 'shaped:orders', 'thin:orders'])('of the stream %s', (key) => {
  test('the last entries stand side by side, the newest first, with what differs', async () => {
    for (let i = 1; i <= 12; i++)
      await redis.xadd(key, `${i}-0`, 'age', String(i), 'secret', 's', 'bytes', BINARY);
    await on.sync(key);
    const { names, verdicts, sizes } = await excerptOf(key);
    expect(names).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3].map((i) => `${i}-0`));
    expect(new Set(Object.values(verdicts))).toEqual(new Set(['same']));
    expect(sizes).toEqual({ redis: 12, mongo: null });

    await redis.xadd(key, '13-0', 'age', '13');
    await redis.xdel(key, '11-0');
    const stored = await collection('stream_messages').findOne({ _id: `${key}@a1:b10-a0` });
    const age = key.startsWith('shaped') ? 'age' : 'content.age';
    expect(stored).not.toBeNull();
    await collection('stream_messages').updateOne({ _id: `${key}@a1:b10-a0` }, { $set: { [age]: '99' } });
    expect((await excerptOf(key)).verdicts).toMatchObject({
      '13-0': 'only in Redis',
      '12-0': 'same',
      '11-0': 'dropped by Redis',
      '10-0': 'different',
      '9-0': 'same',
    });
  });
});

test('an entry that MongoDB refused is shown as a dead letter, and one of very many fields is compared', async () => {
  const fields = Array.from({ length: 300 }, (_, i) => [`f${i}`, `v${i}`]).flat();
  await redis.xadd('wide', '1-0', ...fields);
  await redis.xadd('wide', '2-0', 'n', '1');
  await collection('stream_messages').createIndex({ 'content.only': 1 }, { unique: true, sparse: true });
  await redis.xadd('wide', '3-0', 'only', '1');
  await redis.xadd('wide', '4-0', 'only', '1');
  await on.sync('wide');
  expect((await excerptOf('wide')).verdicts).toEqual({
    '4-0': 'dead letter',
    '3-0': 'same',
    '2-0': 'same',
    '1-0': 'same',
  });
  const { excerpt } = await on.readValues(await on.stateOf('wide'));
  expect('rows' in excerpt && excerpt.rows.at(-1)?.redis).toMatchObject({
    count: 600,
    parts: { length: 100 },
  });
});

test('members, fields and items are matched, and those that differ are marked', async () => {
  await redis.sadd('tags', 'a', 'b', BINARY);
  await redis.zadd('scores', 1, 'a', '0.1', 'b', '-inf', 'c');
  await redis.hset('prices', 'apple', '1', 'pear', '2', 'plum', BINARY);
  await redis.rpush('jobs', 'a', 'b', 'b', 'c');
  await redis.set('counter', '41');
  const keys = ['tags', 'scores', 'prices', 'jobs', 'counter'];
  for (const key of keys) {
    await on.sync(key);
    const { verdicts, isWhole, sizes } = await excerptOf(key);
    expect(new Set(Object.values(verdicts)), key).toEqual(new Set(['same']));
    expect([isWhole, sizes.redis], key).toEqual([true, sizes.mongo]);
  }

  await redis.srem('tags', 'a');
  await redis.sadd('tags', 'new');
  expect((await excerptOf('tags')).verdicts).toMatchObject({
    a: 'only in MongoDB',
    b: 'same',
    new: 'only in Redis',
  });
  await redis.zadd('scores', 2, 'b');
  await redis.zadd('scores', 3, 'new');
  expect((await excerptOf('scores')).verdicts).toEqual({
    a: 'same',
    b: 'different',
    c: 'same',
    new: 'only in Redis',
  });
  await redis.hset('prices', 'apple', '9', 'new', '');
  await redis.hdel('prices', 'pear');
  expect((await excerptOf('prices')).verdicts).toEqual({
    ...{ apple: 'different', pear: 'only in MongoDB', plum: 'same', new: 'only in Redis' },
  });
  await redis.lset('jobs', 1, 'x');
  await redis.rpop('jobs');
  expect((await excerptOf('jobs')).verdicts).toEqual({
    ...{ 0: 'same', 1: 'different', 2: 'same', 3: 'only in MongoDB' },
  });
  await redis.incr('counter');
  expect((await excerptOf('counter')).verdicts).toEqual({ '': 'different' });
});

test('fields that a rule leaves out are no difference', async () => {
  await redis.hset('thin:hash', 'age', '42', 'secret', 's');
  await on.sync('thin:hash');
  expect((await excerptOf('thin:hash')).verdicts).toEqual({ age: 'same', secret: 'left out' });
});

test('of a large value MongoDB’s first members are looked up in Redis, and nothing long is read whole', async () => {
  await redis.sadd('large', ...Array.from({ length: 2000 }, (_, i) => `member ${i}`));
  await on.sync('large');
  const before = await excerptOf('large');
  expect(before).toMatchObject({ isWhole: false, sizes: { redis: 2000, mongo: 2000 } });
  expect(before.names.length).toBeGreaterThanOrEqual(20);
  expect(new Set(Object.values(before.verdicts))).toEqual(new Set(['same']));
  const [first = ''] = (await excerptOf('large')).names;
  await redis.srem('large', first);
  await redis.spop('large', 1500);
  const { verdicts } = await excerptOf('large');
  expect(Object.values(verdicts)).toContain('only in MongoDB');

  const long = Buffer.alloc(3 << 20, 'x');
  await redis.set('long', long);
  await redis.rpush('long-items', long, 'short');
  for (const key of ['long', 'long-items']) {
    await on.sync(key);
    expect(new Set(Object.values((await excerptOf(key)).verdicts)), key).toEqual(new Set(['same']));
    const { excerpt } = await on.readValues(await on.stateOf(key));
    const side = 'rows' in excerpt ? excerpt.rows[0]?.redis?.parts[0] : undefined;
    expect(side, key).toMatchObject({ bytes: 3 << 20, head: { length: 300 } });
  }
  await redis.setrange('long', 10, 'y');
  await redis.rpop('long-items');
  await redis.lset('long-items', 0, `${'x'.repeat(1 << 20)}`);
  expect((await excerptOf('long')).verdicts).toEqual({ '': 'different' });
  expect((await excerptOf('long-items')).verdicts).toMatchObject({ 0: 'different' });
});

test('the documented privileges are enough, but for looking up parts of values that have more than 20', async () => {
  const text = await readFile(fileURLToPath(new URL('../../../docs/operations.md', import.meta.url)), 'utf8');
  const rule = /^ACL SETUSER mirror (.*)$/m.exec(text)?.[1] ?? '';
  await redis.call('ACL', 'SETUSER', 'mirror', ...rule.split(' '));
  const { redis: address } = queueAt(on.space.redis.url);
  const user = connectRedis({ ...address, username: 'mirror', password: 'password' }, () => undefined);
  const lookAs = keyValuesReader(on.config, { db: on.db, redis: user }, PATIENCE_MS);
  await redis.sadd('many', ...Array.from({ length: 400 }, (_, i) => `m${i}`));
  await redis.xadd('acl-stream', '1-0', 'n', '1');
  await redis.hset('acl-hash', 'n', '1');
  await redis.set('acl-string', 'x');
  const verdictsOf = async (key: string) => {
    const { excerpt } = await lookAs(await on.stateOf(key));
    if ('code' in excerpt) throw new Error(`${key}: ${excerpt.code}`);
    return new Set(excerpt.rows.map(({ verdict }) => verdict));
  };
  for (const key of ['many', 'acl-stream', 'acl-hash', 'acl-string']) await on.sync(key);
  for (const key of ['acl-stream', 'acl-hash', 'acl-string'])
    expect(await verdictsOf(key), key).toEqual(new Set(['same']));
  expect(await verdictsOf('many')).toEqual(new Set(['same', 'not compared']));
  await redis.call('ACL', 'SETUSER', 'mirror', '+sismember');
  expect(await verdictsOf('many')).toEqual(new Set(['same']));
  user.disconnect();
});

test('a key that is gone, or is of another type now, is reported', async () => {
  await redis.sadd('gone', 'a');
  await on.sync('gone');
  await redis.del('gone');
  expect(await excerptOf('gone')).toMatchObject({ inRedis: 'none', verdicts: { a: 'only in MongoDB' } });
  await redis.set('gone', 'x');
  expect(await excerptOf('gone')).toMatchObject({ inRedis: 'string', verdicts: { a: 'only in MongoDB' } });
});

test('the sample is the document as the rule makes it now', async () => {
  await redis.hset('shaped:hash', 'name', 'Ann');
  await on.sync('shaped:hash');
  const { sample } = await on.readValues(await on.stateOf('shaped:hash'));
  expect(sample).toMatchObject({
    collection: 'hashes',
    document: { name: 'Ann', _redis: { key: 'shaped:hash' } },
  });
});
