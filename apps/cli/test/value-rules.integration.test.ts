import type { Document } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliUnderTest, cliUnderTest, targetForTests } from './cli-under-test.js';

const RULES = [
  {
    pattern: 'user:*',
    types: ['hash'],
    fields: { leave: ['secret'], rename: { n: 'name' } },
    parse: { age: 'number', createdAt: 'date', address: 'json', price: 'number' },
  },
  { pattern: 'session:*', types: ['string'], parse: { value: 'json' } },
  { pattern: 'seen', types: ['zset'], parse: { score: 'date', member: 'json' } },
  { pattern: 'ids', types: ['set'], parse: { member: 'number' } },
];

let cli: CliUnderTest;
const target = targetForTests();

beforeAll(async () => {
  cli = await cliUnderTest({ RULES: JSON.stringify(RULES), VALUE_INLINE_MEMBERS: '6' });
  const { redis } = cli;
  await redis.hset(
    'user:1',
    'n',
    'Ann',
    'age',
    '42',
    'secret',
    's',
    'price',
    '1.50',
    'address',
    '{"city": "Ulm"}',
  );
  const many = Array.from({ length: 8 }, (_, i) => [`f${i}`, `v${i}`]).flat();
  await redis.hset('user:2', 'age', '7', 'secret', 's', 'n', 'Bob', ...many);
  await redis.set('session:1', '{"user": 42, "roles": ["a"]}');
  await redis.zadd('seen', 1_700_000_000_000, '{"id":1}', 5, 'five');
  await redis.sadd('ids', '1', '01', 'x');
  expect(await cli.run('once')).toMatchObject({ code: 0 });
});
afterAll(() => cli.close());

const stored = async (collection: string, filter: Document) =>
  await cli.db.collection(collection).findOne(filter);

test('values are stored as their rule says, with what they do not say by themselves beside them', async () => {
  expect(await stored('hashes', { stream: 'user:1' })).toMatchObject({
    fields: { name: 'Ann', age: 42, price: 1.5, address: { city: 'Ulm' } },
    mapped: {
      left: 1,
      renamed: [[0, 'n']],
      texts: [
        [2, '1.50'],
        [3, '{"city": "Ulm"}'],
      ],
    },
    size: 5,
  });
  expect(await stored('hashes', { stream: 'user:2' })).toMatchObject({
    form: 'members',
    mapped: { left: 1 },
  });
  expect(await stored('hash_fields', { key: 'user:2', field: 'age' })).toMatchObject({ value: 7 });
  expect(await stored('hash_fields', { key: 'user:2', field: 'name' })).toMatchObject({
    value: 'Bob',
    mapped: { renamed: [[0, 'n']] },
  });
  expect(await cli.db.collection('hash_fields').countDocuments({ key: 'user:2' })).toBe(10);
  expect(await stored('strings', { stream: 'session:1' })).toMatchObject({
    value: { user: 42, roles: ['a'] },
  });
  expect(await stored('zsets', { stream: 'seen' })).toMatchObject({
    members: [
      { member: 'five', score: 5 },
      { member: { id: 1 }, score: new Date(1_700_000_000_000) },
    ],
  });
  expect(await stored('sets', { stream: 'ids' })).toMatchObject({ members: ['01', 1, 'x'] });
});

test('they are found equal, and what was changed there is found and put back', async () => {
  expect(await cli.run('verify', '--settle', '0')).toMatchObject({ code: 0 });
  const hashes = cli.db.collection('hashes');
  await hashes.updateOne({ stream: 'user:1' }, { $set: { 'fields.price': 2 } });
  await cli.db.collection('hash_fields').updateOne({ key: 'user:2', field: 'age' }, { $set: { value: 8 } });
  await cli.db.collection('strings').updateOne({ stream: 'session:1' }, { $set: { 'value.user': 43 } });
  await cli.db.collection('sets').updateOne({ stream: 'ids' }, { $set: { 'members.1': 2 } });
  const { code, stdout } = await cli.run('verify', '--settle', '0', '--repair');
  for (const key of ['user:1', 'user:2', 'session:1', 'ids']) expect(stdout).toContain(key);
  expect(code, stdout).toBe(0);
  expect(await stored('hashes', { stream: 'user:1' })).toMatchObject({ fields: { price: 1.5 } });
});

test('restore gives them back byte for byte, and refuses where a rule left fields out', async () => {
  const { code, stdout } = await cli.run('restore', '*', '--to', target.url);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^user:1 +hash +failed +RESTORE_INCOMPLETE .*--partial/m);
  expect(stdout).toMatch(/^user:2 +hash +failed +RESTORE_INCOMPLETE .*--partial/m);
  for (const key of ['session:1', 'seen'])
    expect(await target.redis.dumpBuffer(key)).toEqual(await cli.redis.dumpBuffer(key));
  expect((await target.redis.smembers('ids')).sort()).toEqual(['01', '1', 'x']);
  expect(await cli.run('restore', 'user:*', '--to', target.url, '--partial')).toMatchObject({ code: 0 });
  const { secret: _, ...kept } = await cli.redis.hgetall('user:1');
  expect(await target.redis.hgetall('user:1')).toEqual(kept);
});

test('a hash of which a rule left nothing does not replace what the target has', async () => {
  await cli.redis.hset('user:3', 'secret', 's');
  await target.redis.hset('user:3', 'a', '1');
  expect(await cli.run('once')).toMatchObject({ code: 0 });
  const { code, stdout } = await cli.run('restore', 'user:3', '--to', target.url, '--partial', '--replace');
  expect(code).toBe(1);
  expect(stdout).toMatch(/^user:3 +hash +failed +RESTORE_INCOMPLETE/m);
  expect(await target.redis.hgetall('user:3')).toEqual({ a: '1' });
});
