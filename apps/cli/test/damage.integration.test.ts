import { rememberCollections } from '@redis-to-mongo/mongo-sink';
import type { Document } from 'mongodb';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { contentOf, fillAllKinds } from './all-kinds.js';
import { type CliUnderTest, cliUnderTest, runIn, targetForTests } from './cli-under-test.js';

// Somebody changes what is in MongoDB by hand: verify finds it, --repair mends it where it can, restore does not fail.
let cli: CliUnderTest;
const target = targetForTests();
const RULES = JSON.stringify([{ pattern: 'ruled*', types: ['set'], collection: 'ruled' }]);

beforeAll(async () => {
  cli = await cliUnderTest({ VALUE_INLINE_MEMBERS: '100', RULES });
  await fillAllKinds(cli.redis);
  await cli.redis.sadd('ruled:tags', 'a');
  expect(await cli.run('once')).toMatchObject({ code: 0 });
});
afterAll(() => cli.close());

type Stored = { _id: string } & Document;
const collection = (name: string) => cli.db.collection<Stored>(name);
const set = async (name: string, _id: string, fields: Document) =>
  expect(await collection(name).updateOne({ _id }, { $set: fields })).toMatchObject({ matchedCount: 1 });
const LATER = new Date(4102444860000);

interface Damage {
  readonly what: string;
  readonly key: string;
  do(): Promise<unknown>;
  readonly problem: RegExp;
}

const message = (_id: string, entryId: string, more: Document = {}): Stored => ({
  _id,
  stream: 'orders',
  type: 'main',
  entryId,
  at: new Date(0),
  content: { forged: '1' },
  ...more,
});
const insert = (document: Stored, name = 'stream_messages') => collection(name).insertOne(document);

/** What --repair mends. */
const MENDED: readonly Damage[] = [
  {
    what: 'the time of a message was changed',
    key: 'orders',
    do: () => set('stream_messages', 'orders@a1:d1003-a0', { at: new Date(5) }),
    problem: /1003-0 has another time/,
  },
  {
    what: 'the time of a message is lost',
    key: 'orders',
    do: () => collection('stream_messages').updateOne({ _id: 'orders@a1:d1004-a1' }, { $unset: { at: 1 } }),
    problem: /1004-1 has another time/,
  },
  {
    what: 'a message was given to another stream',
    key: 'orders',
    do: () => set('stream_messages', 'orders@a1:d1006-a0', { stream: 'other' }),
    problem: /1006-0 is missing/,
  },
  {
    what: 'a message was given to another entry',
    key: 'orders',
    do: () => set('stream_messages', 'orders@a1:d1009-a0', { entryId: '1010-0' }),
    problem: /1009-a0 is not one of its entries/,
  },
  {
    what: 'the content of a message is of no form',
    key: 'orders',
    do: () => set('stream_messages', 'orders@a1:d1012-a0', { content: 7 }),
    problem: /1012-0 has other fields/,
  },
  {
    what: 'the time at which a stream expires is lost',
    key: 'deleted-from',
    do: () => set('keys', 'deleted-from', { expiresAt: null }),
    problem: /expiry time is missing/,
  },
  {
    what: 'a stream that does not expire was given a time',
    key: 'orders',
    do: () => set('keys', 'orders', { expiresAt: LATER }),
    problem: /expires in MongoDB, not in Redis/,
  },
  {
    what: 'the time at which a value expires is lost',
    key: 'passing',
    do: () => set('strings', 'passing', { expiresAt: null }),
    problem: /expiry time is missing/,
  },
  {
    what: 'the time at which a value expires was changed',
    key: 'passing',
    do: () => set('strings', 'passing', { expiresAt: LATER }),
    problem: /expires at another time/,
  },
  {
    what: 'the time at which a value expires is lost in keys',
    key: 'passing',
    do: () => set('keys', 'passing', { expiresAt: null }),
    problem: /expiry time is missing/,
  },
  {
    what: 'the size of a value is lost',
    key: 'prices',
    do: () => collection('hashes').updateOne({ _id: 'prices' }, { $unset: { size: 1 } }),
    problem: /its size is 4/,
  },
  {
    what: 'a value says that it is of another incarnation',
    key: 'tags',
    do: () => set('sets', 'tags', { incarnation: 7 }),
    problem: /of another incarnation/,
  },
  {
    what: 'a value was given to another stream',
    key: 'tags',
    do: () => set('sets', 'tags', { stream: 'orders' }),
    problem: /belongs to another stream/,
  },
  {
    what: 'a value is of no form',
    key: 'jobs',
    do: () => set('lists', 'jobs', { items: 7 }),
    problem: /are damaged/,
  },
  {
    what: 'a member of a small value is there twice',
    key: 'scores',
    do: async () => {
      const { members = [] }: Document = (await collection('zsets').findOne({ _id: 'scores' })) ?? {};
      await set('zsets', 'scores', { members: [...members, members[0]] });
    },
    problem: /0 members lacking, 1 too many/,
  },
  {
    what: 'a member of a large value is there twice',
    key: 'many-tags',
    do: async () => {
      const member = await collection('set_members').findOne({ key: 'many-tags', until: null });
      const earlier = member?.since - 1;
      const twin = String(member?._id).replace(String(member?.since), String(earlier));
      await insert({ ...member, _id: twin, since: earlier }, 'set_members');
    },
    problem: /0 members lacking, 1 too many/,
  },
  {
    what: 'a value was made inactive',
    key: 'counter',
    do: () => set('strings', 'counter', { active: false }),
    problem: /no value in MongoDB/,
  },
  {
    what: 'there is an active value that keys does not know',
    key: 'ghost',
    do: () =>
      insert(
        {
          _id: 'ghost',
          stream: 'ghost',
          type: 'main',
          active: true,
          incarnation: 1,
          revision: 1,
          form: 'inline',
          size: 1,
          members: ['x'],
        },
        'sets',
      ),
    problem: /an active value in sets, of a key that is not in keys/,
  },
  {
    what: 'there is such a value in a collection of a rule',
    key: 'ruled:ghost',
    do: () =>
      insert(
        {
          _id: 'ruled:ghost',
          active: true,
          incarnation: 1,
          form: 'inline',
          size: 1,
          members: ['x'],
          revision: 9,
        },
        'ruled',
      ),
    problem: /an active value in ruled, of a key that is not in keys/,
  },
  {
    what: 'a key has an active value of a type that it is not',
    key: 'orders',
    do: () =>
      insert(
        { _id: 'orders', active: true, incarnation: 1, form: 'inline', size: 1, members: ['x'], revision: 1 },
        'sets',
      ),
    problem: /an active value in sets, which is not its current value/,
  },
  {
    what: 'the document in keys is lost, and the key has gone from Redis',
    key: 'gone',
    do: async () => {
      await cli.redis.sadd('gone', 'a');
      await cli.run('once', 'gone');
      await cli.redis.del('gone');
      await collection('keys').deleteOne({ _id: 'gone' });
    },
    problem: /an active value in sets, of a key that is not in keys/,
  },
  {
    what: 'a key that was deleted has an active value',
    key: 'deleted',
    do: async () => {
      await cli.redis.sadd('deleted', 'a');
      await cli.run('once', 'deleted');
      await cli.redis.del('deleted');
      await cli.run('once', 'deleted');
      await set('sets', 'deleted', { active: true });
    },
    problem: /an active value in sets, which is not its current value/,
  },
];

/** A document that someone else may have put there: it is reported, and stays. */
const FOREIGN: readonly (Damage & { readonly ids: readonly string[] })[] = [
  {
    what: 'a message above the last id that the stream gave out',
    key: 'orders',
    ids: ['orders@a1:d9999-a0'],
    do: () => insert(message('orders@a1:d9999-a0', '9999-0')),
    problem: /orders@a1:d9999-a0, a message behind its last entry ever, 2199-2/,
  },
  {
    what: 'messages between entries that were never deleted',
    key: 'orders',
    ids: ['orders@a1:d1003-a5', 'orders@a1:d1003-a6'],
    do: async () => {
      await insert(message('orders@a1:d1003-a5', '1003-5'));
      await insert(message('orders@a1:d1003-a6', '1003-6'));
    },
    problem: /1003-5, the first of 2 messages that Redis never had/,
  },
  {
    what: 'a message in a stream that has no entries left',
    key: 'emptied',
    ids: ['emptied@a1:a7-a0'],
    do: () => insert(message('emptied@a1:a7-a0', '7-0', { stream: 'emptied' })),
    problem: /emptied@a1:a7-a0, a message behind its last entry ever, 5-0/,
  },
  {
    what: 'messages of incarnations that never were',
    key: 'orders',
    ids: ['orders@a2:d1000-a0', 'orders@b10:d1000-a0', 'orders@a0:d1000-a0'],
    do: async () => {
      for (const incarnation of ['a2', 'b10', 'a0'])
        await insert(message(`orders@${incarnation}:d1000-a0`, '1000-0'));
    },
    problem: /orders@a0:d1000-a0, the first of 3 messages of incarnations that it never had/,
  },
  {
    what: 'messages of a stream that keys does not know',
    key: 'never@there',
    ids: ['never@there@a1:d1000-a0'],
    do: () => insert(message('never@there@a1:d1000-a0', '1000-0', { stream: 'never@there' })),
    problem: /messages in stream_messages, of a key that is not in keys/,
  },
  {
    what: 'messages whose ids are none of entries',
    key: 'orders',
    ids: ['orders@a1:zzz', 'orders@a1:d0999-a0', 'orders@a1:a0-a0'],
    do: async () => {
      await insert(message('orders@a1:zzz', 'zzz'));
      await insert(message('orders@a1:d0999-a0', '0999-0'));
      await insert(message('orders@a1:a0-a0', '0-0'));
    },
    problem: /is not one of its entries/,
  },
];

const verify = async (...argv: string[]) =>
  (await cli.json('verify', '--settle', '0', ...argv)) as {
    differing: { key: string; problems: string[]; repaired?: boolean }[];
  };

describe('found, and mended by --repair', () => {
  test.each(MENDED)('$what', async ({ key, do: damage, problem }) => {
    await damage();
    const { differing } = await verify(key);
    expect(differing.map((each) => each.key)).toEqual([key]);
    expect(differing[0]?.problems.join('; ')).toMatch(problem);
    expect((await verify(key, '--repair')).differing).toMatchObject([{ key, repaired: true }]);
  });
});

test('what belongs to no key is found in the collection of a rule that was removed, too', async () => {
  const env = { ...cli.env, RULES: '[]' };
  const found = async (...argv: string[]) =>
    JSON.parse((await runIn(env, 'verify', '--json', '--settle', '0', 'former*', ...argv)).stdout).differing;
  const value = { active: true, incarnation: 1, form: 'inline', size: 1, members: ['x'], revision: 9 };
  await insert({ _id: 'former set', ...value }, 'ruled');
  const ofStream = { stream: 'former', type: 'main' };
  await insert(message('former@a1:d1000-a0', '1000-0', ofStream), 'ruled');
  // As the active scheduler remembers the collections that the fleet uses, or has used.
  await rememberCollections(cli.db, [{ name: 'ruled', id: '00' }]);
  try {
    const former = [
      { key: 'former', problems: ['messages in ruled, of a key that is not in keys'] },
      { key: 'former set', problems: ['an active value in ruled, of a key that is not in keys'] },
    ];
    expect(await found()).toMatchObject(former);
    expect(await found('--repair')).toMatchObject([{ repaired: false }, { repaired: true }]);
    expect(await found()).toMatchObject(former.slice(0, 1));
  } finally {
    await rememberCollections(cli.db, []);
    await collection('ruled').deleteMany({ _id: { $in: ['former set', 'former@a1:d1000-a0'] } });
  }
});

test('sizes that were changed are found, of all types, and mended', async () => {
  const values = [
    ['lists', 'jobs'],
    ['strings', 'long'],
    ['hashes', 'many-prices'],
    ['sets', 'many-tags'],
    ['zsets', 'scores'],
    ['sets', 'tags'],
  ] as const;
  for (const [name, key] of values) await set(name, key, { size: 12345 });
  const { differing } = await verify('--repair');
  expect(differing).toMatchObject(
    values
      .map(([, key]) => ({
        key,
        repaired: true,
        problems: [expect.stringMatching(/^its size is \d+, not 12345$/)],
      }))
      .sort((a, b) => (a.key < b.key ? -1 : 1)),
  );
});

describe('found, and left for somebody to remove; restore gives the stream back all the same', () => {
  let ids: readonly string[] = [];
  afterEach(() => collection('stream_messages').deleteMany({ _id: { $in: [...ids] } }));

  test.each(FOREIGN)('$what', async ({ key, ids: own, do: damage, problem }) => {
    ids = own;
    await damage();
    const { differing } = await verify(key, '--repair');
    expect(differing).toMatchObject([{ key, repaired: false }]);
    expect(differing[0]?.problems.join('; ')).toMatch(problem);
    expect(await collection('stream_messages').countDocuments({ _id: { $in: [...ids] } })).toBe(ids.length);
    const isKnown = (await collection('keys').findOne({ _id: key })) !== null;
    const restore = await cli.run('restore', key, '--to', target.url, '--replace');
    expect(restore.code).toBe(isKnown ? 0 : 1);
    const original = (await cli.redis.xrange(key, '-', '+')).map(([id]) => id);
    const given = (await target.redis.xrange(key, '-', '+')).map(([id]) => id);
    expect(given.filter((id) => original.includes(id))).toEqual(original);
  });
});

test('an active document that is not the fleet’s is reported, and left alone', async () => {
  const document = { _id: 'theirs', active: true, members: ['x'] };
  await insert(document, 'sets');
  expect(await verify('theirs', '--repair')).toMatchObject({
    differing: [
      {
        key: 'theirs',
        repaired: false,
        problems: ['an active value in sets that is not the fleet’s, of a key that is not in keys'],
      },
    ],
  });
  expect(await collection('sets').findOne({ _id: 'theirs' })).toEqual(document);
  await collection('sets').deleteOne({ _id: 'theirs' });
});

test('what was mended is restored as it was', async () => {
  expect((await verify()).differing).toEqual([]);
  expect(await cli.run('restore', '*', '--to', target.url, '--replace')).toMatchObject({ code: 0 });
  expect(await contentOf(target.redis)).toEqual(await contentOf(cli.redis));
});

test('one damaged key is reported, and does not hold up the others', async () => {
  await set('keys', 'tags', { status: 'odd' });
  await set('stream_messages', 'orders@a1:d1003-a0', { content: 7 });
  await set('lists', 'jobs', { items: 7 });
  const keys = (await verify('--repair')).differing;
  expect(keys).toMatchObject([
    { key: 'jobs', repaired: true },
    { key: 'orders', repaired: true },
    { key: 'tags', repaired: false, problems: [expect.stringContaining('to sync the key again')] },
  ]);
  await set('stream_messages', 'orders@a1:d1003-a0', { content: 7 });
  await set('lists', 'jobs', { items: 7 });
  await set('keys', 'tags', { status: 'active', revision: 'x' });
  const { keys: results } = await cli.json('restore', '*', '--to', target.url, '--replace');
  const failed = (results as { key: string; result: string; error?: { code: string } }[])
    .filter(({ result }) => result !== 'restored')
    .map(({ key, error }) => [key, error?.code]);
  expect(failed).toEqual([
    ['jobs', 'MIRROR_DAMAGED'],
    ['orders', 'MIRROR_DAMAGED'],
    ['tags', 'KEY_STATE_INVALID'],
  ]);
  await collection('keys').deleteOne({ _id: 'tags' });
  expect((await verify('--repair')).differing).toMatchObject([
    { key: 'jobs', repaired: true },
    { key: 'orders', repaired: true },
    { key: 'tags', repaired: true },
  ]);
});

test('a pattern that no key fits is an error, unless it may be', async () => {
  for (const argv of [
    ['verify', 'typo*', '--settle', '0'],
    ['once', 'typo*'],
    ['restore', 'typo*', '--to', target.url],
    ['sync', 'typo'],
    ['pause', 'typo*'],
    ['resume', 'typo*'],
    ['resync', 'typo', '--yes'],
  ]) {
    expect(await cli.run(...argv), argv.join(' ')).toMatchObject({ code: 1 });
    expect(await cli.run(...argv, '--allow-none'), argv.join(' ')).toMatchObject({ code: 0 });
  }
  expect((await cli.run('verify', 'typo*')).stderr).toContain('no key in Redis or MongoDB matches typo*');
});
