import { type Document, ObjectId } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliUnderTest, cliUnderTest, runIn, targetForTests } from './cli-under-test.js';

const OID = '507f1f77bcf86cd799439011';
const USERS = {
  pattern: 'user:*',
  types: ['hash'],
  collection: 'users',
  shape: 'document',
  id: '{1}',
  idType: 'number',
  parse: { age: 'number', createdAt: 'date' },
};
const RULES = [
  USERS,
  {
    pattern: 'session:*',
    types: ['string'],
    collection: 'sessions',
    shape: 'document',
    id: '{1}',
    idType: 'objectId',
    parse: { value: 'json' },
    gone: 'mark',
  },
  {
    pattern: 'done',
    types: ['set'],
    collection: 'orders',
    shape: 'document',
    fields: { rename: { member: 'order', members: 'orders' } },
    parse: { member: 'number' },
    gone: 'mark',
  },
  {
    pattern: 'events',
    types: ['stream'],
    collection: 'events',
    shape: 'document',
    parse: { price: 'number' },
    ttlSec: 1e9,
  },
  {
    pattern: '*:person:*',
    types: ['hash'],
    collection: 'persons',
    shape: 'document',
    id: '{2}',
    gone: 'remove',
  },
];

let cli: CliUnderTest;
const target = targetForTests();

beforeAll(async () => {
  cli = await cliUnderTest({ RULES: JSON.stringify(RULES), VALUE_INLINE_MEMBERS: '6' });
  const { redis } = cli;
  await redis.hset('user:42', 'name', 'Ann', 'age', '42', 'createdAt', '2026-01-31', '_id', 'own', '$x', 'y');
  await redis.set(`session:${OID}`, '{"user": 42, "roles": ["a"]}', 'EX', 1000);
  await redis.sadd('done', ...Array.from({ length: 9 }, (_, i) => String(100 + i)));
  await redis.xadd(
    'events',
    '1700000000000-1',
    'price',
    '1.50',
    'entryId',
    'own',
    '_id',
    'z',
    '_id',
    'twice',
  );
  await redis.hset('a:person:7', 'name', 'first');
  expect(await cli.run('once')).toMatchObject({ code: 0 });
});
afterAll(() => cli.close());

const all = async (collection: string) =>
  await cli.db.collection(collection).find().sort({ _id: 1 }).toArray();
const one = async (collection: string, filter: Document = {}) =>
  await cli.db.collection(collection).findOne(filter);
const verified = async () => await cli.run('verify', '--settle', '0');

test('a hash is a document of its fields, with an _id of its name, and the rest in _redis', async () => {
  const [user] = await all('users');
  expect(user).toEqual({
    _id: 42,
    name: 'Ann',
    age: 42,
    createdAt: new Date('2026-01-31'),
    _redis: {
      key: 'user:42',
      keyType: 'hash',
      stream: 'user:42',
      type: 'main',
      incarnation: 1,
      active: true,
      form: 'inline',
      size: 5,
      expiresAt: null,
      lifted: 'fields',
      fields: [
        [3, '_id', 'own'],
        [4, '$x', 'y'],
      ],
      mapped: { texts: [[2, '2026-01-31']] },
      revision: 1,
      syncedAt: expect.any(Date),
    },
  });
  expect(await one('keys', { _id: 'user:42' as never })).toMatchObject({
    documentId: { kind: 'number', text: '42' },
    collection: 'users',
  });
});

test('a string of JSON, a large set and an entry are documents, too', async () => {
  expect(await one('sessions')).toMatchObject({
    _id: new ObjectId(OID),
    user: 42,
    roles: ['a'],
    _redis: { key: `session:${OID}`, lifted: 'value', expiresAt: expect.any(Date) },
  });
  expect(await one('orders')).toMatchObject({ _id: 'done', _redis: { form: 'members', size: 9 } });
  const orders = await cli.db.collection('orders_members').find().sort({ order: 1 }).toArray();
  expect(orders).toHaveLength(9);
  expect(orders[0]).toMatchObject({ order: 100, _redis: { key: 'done', until: null } });
  expect(Object.keys(orders[0] ?? {})).toEqual(['_id', 'order', '_redis']);
  expect(await one('events')).toMatchObject({
    _id: 'events@a1:m1700000000000-a1',
    price: 1.5,
    entryId: 'own',
    _redis: {
      entryId: '1700000000000-1',
      stream: 'events',
      type: 'main',
      removeAt: new Date(1_700_000_000_000 + 1e12),
      fields: [
        [2, '_id', 'z'],
        [3, '_id', 'twice'],
      ],
      mapped: { texts: [[0, '1.50']] },
    },
  });
});

test('a change is written in place, and what is not of the value any more goes', async () => {
  await cli.redis.hdel('user:42', '$x', 'createdAt', '_id');
  await cli.redis.srem('done', '100');
  await cli.run('once');
  const user = await one('users');
  expect(Object.keys(user ?? {})).toEqual(['_id', 'name', 'age', '_redis']);
  expect(user?._redis).not.toHaveProperty('fields');
  expect(user?._redis).toMatchObject({ revision: 2, mapped: {} });
  expect(await cli.db.collection('orders_members').countDocuments({ '_redis.until': null })).toBe(8);
  expect(await verified()).toMatchObject({ code: 0 });
});

test('all of it is found again: what was changed in MongoDB, put back, restored', async () => {
  await cli.db.collection('users').updateOne({}, { $set: { age: 43, note: 'mine' } });
  await cli.db.collection('orders_members').deleteOne({ order: 105 });
  await cli.db.collection('events').updateOne({}, { $set: { entryId: 'other' } });
  const { code, stdout } = await cli.run('verify', '--settle', '0', '--repair');
  for (const key of ['user:42', 'done', 'events']) expect(stdout).toContain(key);
  expect(code, stdout).toBe(0);
  expect(await cli.run('restore', '*', '--to', target.url)).toMatchObject({ code: 0 });
  for (const key of ['user:42', `session:${OID}`, 'events'])
    expect(await target.redis.dumpBuffer(key)).toEqual(await cli.redis.dumpBuffer(key));
  expect((await target.redis.smembers('done')).sort()).toEqual((await cli.redis.smembers('done')).sort());
});

test('a second key with the same _id is a dead letter with the reason, and the first stays', async () => {
  await cli.redis.hset('b:person:7', 'name', 'second');
  await cli.run('once');
  expect(await all('persons')).toMatchObject([{ _id: '7', name: 'first', _redis: { key: 'a:person:7' } }]);
  expect((await cli.run('dead-letters', 'show', 'b:person:7@a1:value')).stdout).toMatch(
    /b:person:7.*, whose document stays/s,
  );
  await cli.redis.hset('b:person:7', 'name', 'again');
  await cli.redis.hset('a:person:7', 'name', 'first again');
  await cli.run('once');
  expect(await all('persons')).toMatchObject([{ _id: '7', name: 'first again' }]);
  expect(await verified()).toMatchObject({ code: 0 });
  await cli.redis.del('b:person:7');
  await cli.run('once');
  expect(await all('persons')).toMatchObject([{ name: 'first again', _redis: { active: true } }]);
  expect(await cli.db.collection('dead_letters').countDocuments()).toBe(0);
});

test('a value whose key goes is emptied, kept as it was last, or removed, as its rule says', async () => {
  await cli.redis.del('user:42', `session:${OID}`, 'a:person:7', 'done');
  await cli.run('once');
  const user = await one('users');
  expect(Object.keys(user ?? {})).toEqual(['_id', '_redis']);
  expect(user?._redis).toMatchObject({ active: false, size: 0 });
  expect(await one('sessions')).toMatchObject({
    user: 42,
    _redis: { active: false, goneAt: expect.any(Date) },
  });
  expect(await one('orders')).toMatchObject({ _redis: { active: false, form: 'members', size: 8 } });
  expect(await cli.db.collection('orders_members').countDocuments({ '_redis.until': null })).toBe(8);
  expect(await one('persons')).toMatchObject({ _redis: { active: false, removeAt: expect.any(Date) } });
  expect(await cli.db.collection('persons').indexes()).toContainEqual(
    expect.objectContaining({ key: { '_redis.removeAt': 1 }, expireAfterSeconds: 0 }),
  );
  expect(await verified()).toMatchObject({ code: 0 });
});

test('one that comes back begins its next incarnation in the same document', async () => {
  await cli.redis.set(`session:${OID}`, '{"user": 43}');
  await cli.redis.sadd('done', '5', '6');
  await cli.run('once');
  const session = await one('sessions');
  expect(session).toMatchObject({ user: 43, _redis: { active: true, incarnation: 2 } });
  expect(session?._redis).not.toHaveProperty('goneAt');
  expect(await one('orders')).toMatchObject({ orders: [5, 6], _redis: { active: true, form: 'inline' } });
  expect(await cli.db.collection('orders_members').countDocuments()).toBe(0);
  await cli.redis.sadd('done', ...Array.from({ length: 9 }, (_, i) => String(100 + i)));
  await cli.run('once');
  await cli.redis.del('done');
  await cli.run('once');
  await cli.redis.sadd('done', ...Array.from({ length: 9 }, (_, i) => String(200 + i)));
  await cli.run('once');
  const now = { '_redis.key': 'done', '_redis.until': null };
  expect(await cli.db.collection('orders_members').countDocuments(now)).toBe(9);
  expect(await verified()).toMatchObject({ code: 0 });
});

test('a value that belongs to no key is found in either shape, and forgotten with its key', async () => {
  await cli.db.collection('users').insertOne({
    _id: 77 as never,
    active: true,
    _redis: { key: 'user:77', keyType: 'hash', active: true, form: 'inline', incarnation: 1, revision: 5 },
  });
  const found = await cli.run('verify', '--settle', '0');
  expect(found.stdout).toMatch(/user:77.*an active value in users, of a key that is not in keys/s);
  expect(await cli.run('verify', '--settle', '0', '--repair')).toMatchObject({ code: 0 });
  expect(await one('users', { _id: 77 as never })).toMatchObject({ _redis: { active: false } });
  expect(await cli.run('forget', 'user:42', '--yes')).toMatchObject({ code: 0 });
  expect(await one('users', { _id: 42 as never })).toBeNull();
});

test('documents of either shape stand side by side, and a rule that is taken away puts none in danger', async () => {
  await cli.redis.hset('user:1', 'name', 'Bob', 'revision', '1', 'incarnation', '1');
  await cli.run('once');
  expect(await one('users', { _id: 1 as never })).toMatchObject({ name: 'Bob', revision: '1' });
  const without = {
    ...cli.env,
    RULES: JSON.stringify([{ pattern: 'user:*', types: ['hash'], collection: 'users' }]),
  };
  await cli.redis.hset('user:1', 'name', 'Bo');
  await runIn(without, 'once');
  // Its _id stays with its incarnation, and so does the name of its key.
  expect(await one('users', { _id: 1 as never })).toMatchObject({ name: 'Bo', _redis: { active: true } });
  expect(await runIn(without, 'verify', 'user:1', '--settle', '0')).toMatchObject({ code: 0 });
  await cli.redis.hset('user:1', 'name', 'Bob');
  await cli.run('once');
  expect(await one('users', { _id: 1 as never })).toMatchObject({ name: 'Bob', _redis: { revision: 3 } });

  const [shaped, plain] = ['document', undefined].map((shape) => ({
    ...cli.env,
    VALUE_INLINE_MEMBERS: '6',
    RULES: JSON.stringify([{ pattern: 'turn*', types: ['hash', 'set'], collection: 'turns', shape }]),
  }));
  await cli.redis.hset('turn', 'revision', '1', 'incarnation', '1', 'active', 'x');
  await cli.redis.sadd('turns', ...Array.from({ length: 9 }, (_, i) => `m${i}`));
  for (const [turn, env] of [shaped, plain, shaped, plain].entries()) {
    await cli.redis.hset('turn', 'n', String(turn));
    await cli.redis.sadd('turns', `turn ${turn}`);
    expect(await runIn(env ?? {}, 'once')).toMatchObject({ code: 0 });
    const isShaped = env === shaped;
    expect(await one('turns', { _id: 'turn' as never })).toMatchObject(
      isShaped
        ? { n: String(turn), _redis: { active: true } }
        : { fields: { n: String(turn) }, active: true },
    );
    expect(Object.hasOwn((await one('turns', { _id: 'turn' as never })) ?? {}, '_redis')).toBe(isShaped);
    const members = await cli.db.collection('turns_members').find().toArray();
    expect(members).toHaveLength(10 + turn);
    expect(members.every((member) => Object.hasOwn(member, '_redis') === isShaped)).toBe(true);
    expect(await runIn(env ?? {}, 'verify', 'turn*', '--settle', '0')).toMatchObject({ code: 0 });
  }
});
