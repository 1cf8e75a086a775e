import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliUnderTest, cliUnderTest } from './cli-under-test.js';
import { type DocsQuery, queriesInDocs, runQuery } from './queries-in-docs.js';

/** Names that begin as the names in the docs do. */
const STREAMS = [
  'orders',
  'orders@eu',
  'orders@a1:m1',
  'orders@a2:x',
  'orders@b10',
  'orders@t',
  'orders\n',
  'order',
  'orders:info:audit',
];
const SETS = ['orders:info:tags', 'orders:info:tags@x', 'orders@eu:info:tags', 'order:info:tags'];

let small: CliUnderTest;
let withHistory: CliUnderTest;
let queries: readonly DocsQuery[];

beforeAll(async () => {
  small = await cliUnderTest();
  withHistory = await cliUnderTest({ MEMBERSHIP_HISTORY: 'true' });
  queries = await queriesInDocs();
  for (const cli of [small, withHistory]) await fill(cli);
});
afterAll(async () => {
  await small.close();
  await withHistory.close();
});

/** Two incarnations of each stream; the second has ids of more digits. */
async function fill({ redis, run }: CliUnderTest) {
  for (const stream of STREAMS)
    for (const id of ['9-0', '10-0', '10-9', '10-10']) await redis.xadd(stream, id, 'of', stream);
  for (const set of SETS) await redis.sadd(set, `of ${set}`, 'both');
  expect(await run('once')).toMatchObject({ code: 0 });
  for (const stream of STREAMS) await redis.del(stream);
  expect(await run('once')).toMatchObject({ code: 0 });
  for (const stream of STREAMS)
    for (const id of ['99-0', '1000-0']) await redis.xadd(stream, id, 'of', stream);
  expect(await run('once')).toMatchObject({ code: 0 });
}

const ids = (found: unknown) => (found as { entryId: string }[]).map(({ entryId }) => entryId);
/** The order without a sort is the server's own. */
const byId = (found: unknown) => [...(found as { _id: string }[])].sort((a, b) => (a._id < b._id ? -1 : 1));
const members = (found: unknown) => (found as { member: string }[]).map(({ member }) => member).sort();
const TAGS = ['both', 'of orders:info:tags'];

/** What each query of the docs has to give, by a part of it. */
const EXPECTED: readonly (readonly [part: string, check: (query: DocsQuery) => Promise<void>])[] = [
  [
    "$gt: 'orders@a', $lt: 'orders@u' }, stream: 'orders', type: 'main' }).sort({ _id: 1 })",
    async (query) => {
      const found = await runQuery(small.db, query);
      expect(ids(found)).toEqual(['9-0', '10-0', '10-9', '10-10', '99-0', '1000-0']);
      for (const { content } of found as { content: unknown }[]) expect(content).toEqual({ of: 'orders' });
    },
  ],
  [
    "$gt: 'orders@a2:'",
    async (query) => expect(ids(await runQuery(small.db, query))).toEqual(['99-0', '1000-0']),
  ],
  ['sort({ _id: -1 })', async (query) => expect(ids(await runQuery(small.db, query))).toEqual(['1000-0'])],
  [
    'db.sets.find({ stream:',
    async (query) =>
      expect(byId(await runQuery(small.db, query))).toMatchObject([
        { _id: 'orders:info:tags', type: 'tags', members: expect.arrayContaining(TAGS) },
        { _id: 'orders:info:tags@x', type: 'tags@x' },
      ]),
  ],
  [
    "'position.before'",
    async (query) => {
      expect(await runQuery(small.db, query)).toEqual([]);
      const key = { _id: 'orders' as never };
      await small.db.collection('keys').updateOne(key, { $set: { 'position.before': 3 } });
      expect(await runQuery(small.db, query)).toMatchObject([{ _id: 'orders' }]);
      await small.db.collection('keys').updateOne(key, { $set: { 'position.before': 0 } });
    },
  ],
  [
    'db.keys.find(',
    async (query) => {
      expect(await runQuery(small.db, query)).toEqual([]);
      const key = { _id: 'orders' as never };
      await small.db.collection('keys').updateOne(key, { $set: { lag: 3 } });
      expect(await runQuery(small.db, query)).toMatchObject([{ _id: 'orders' }]);
      await small.db.collection('keys').updateOne(key, { $set: { lag: 0 } });
    },
  ],
  [
    '.members',
    async (query) => expect(await runQuery(small.db, query)).toEqual(expect.arrayContaining(TAGS)),
  ],
  ['since: {', async (query) => expect(members(await runQuery(withHistory.db, query))).toEqual(TAGS)],
  [
    'joinedAt: {',
    async (query) => {
      const time = new Date();
      await withHistory.redis.srem('orders:info:tags', 'both');
      await withHistory.run('once', 'orders:info:tags');
      expect(members(await runQuery(withHistory.db, query, { time }))).toEqual(TAGS);
      expect(members(await runQuery(withHistory.db, query, { time: new Date() }))).toHaveLength(1);
    },
  ],
];

test('every query in README and docs gives what it says, and nothing of keys with like names', async () => {
  expect(queries.length).toBeGreaterThanOrEqual(EXPECTED.length);
  for (const query of queries) {
    const [, check] = EXPECTED.find(([part]) => query.text.includes(part)) ?? [];
    expect(check, `nothing is expected of ${query.page}: ${query.text}`).toBeDefined();
    await check?.(query);
  }
  for (const [part] of EXPECTED)
    expect(
      queries.some(({ text }) => text.includes(part)),
      `no page has ${part}`,
    ).toBe(true);
});
