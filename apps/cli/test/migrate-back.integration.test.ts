import { changeKey } from '@redis-to-mongo/mongo-sink';
import { movingTo } from '@redis-to-mongo/pipeline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliUnderTest, cliUnderTest, runIn } from './cli-under-test.js';

const RULES = [
  { pattern: 'event*', types: ['stream'], collection: 'events', shape: 'document' },
  { pattern: 'user:*', types: ['hash'], collection: 'users', shape: 'document', id: '{1}' },
];

let cli: CliUnderTest;
let without: Record<string, string>;

beforeAll(async () => {
  cli = await cliUnderTest({ RULES: JSON.stringify(RULES), VALUE_INLINE_MEMBERS: '6' });
  without = { ...cli.env, RULES: '[]', VALUE_INLINE_MEMBERS: '6' };
});
afterAll(() => cli.close());

const countsIn = async (...names: readonly string[]) =>
  await Promise.all(names.map(async (name) => await cli.db.collection(name).countDocuments()));

test('documents leave a collection that no rule names any longer', async () => {
  const { redis } = cli;
  for (let i = 1; i <= 20; i++) await redis.xadd('events', `${i}-1`, 'price', '1.50');
  await redis.hset('user:1', 'age', '1');
  await redis.hset('user:2', Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`f${i}`, i])));
  expect(await cli.run('once')).toMatchObject({ code: 0 });
  expect(await countsIn('events', 'users', 'users_members')).toEqual([20, 2, 9]);

  const { stdout } = await runIn(without, 'resync', '*', '--yes');
  expect(stdout).toContain('3 keys taken over, 22 documents; 0 are as they should be');
  expect(await countsIn('events', 'users', 'users_members')).toEqual([0, 0, 0]);
  expect(await countsIn('stream_messages', 'hashes', 'hash_fields')).toEqual([20, 2, 9]);
  expect(await runIn(without, 'verify', '--settle', '0')).toMatchObject({ code: 0 });
});

test('a migration that was stopped leaves nothing behind, whatever the rules are when the next one runs', async () => {
  const begun = [
    { key: 'events', collection: 'events', documentId: undefined, rule: 'under way' },
    { key: 'user:1', collection: 'users', documentId: { kind: 'text', text: '1' }, rule: undefined },
    { key: 'user:2', collection: 'users', documentId: { kind: 'text', text: '2' }, rule: undefined },
  ] as const;
  for (const { key, ...place } of begun) await changeKey(cli.db, key, (state) => movingTo(state, place));
  // The rest of the first one, by a worker: it writes what is new to where the key is now.
  await cli.redis.xadd('events', '21-1', 'price', '2');
  await cli.redis.hset('user:1', 'age', '2');
  await cli.redis.hset('user:2', 'f0', 'new');
  expect(await cli.run('once')).toMatchObject({ code: 0 });
  expect(await countsIn('events', 'users', 'hashes')).toEqual([1, 2, 2]);

  const others = RULES.map((rule) => ({ ...rule, collection: `other_${rule.collection}` }));
  const now = { ...without, RULES: JSON.stringify(others) };
  expect((await runIn(now, 'plan')).stdout).toContain('2 documents of 2 keys are not as rule 2');
  expect(await runIn(now, 'resync', '*', '--yes')).toMatchObject({ code: 0 });
  expect(await countsIn('other_events', 'other_users', 'other_users_members')).toEqual([21, 2, 9]);
  expect(await countsIn('events', 'users', 'users_members')).toEqual([0, 0, 0]);
  expect(await countsIn('stream_messages', 'hashes', 'hash_fields')).toEqual([0, 0, 0]);
  expect(await runIn(now, 'verify', '--settle', '0')).toMatchObject({ code: 0 });
  expect((await runIn(now, 'plan')).stdout).not.toContain('migrates them');
});

test('messages that a worker wrote to the former collection before it was killed are found, and removed', async () => {
  const rules = RULES.map((rule) => ({ ...rule, collection: `other_${rule.collection}` }));
  const now = { ...without, RULES: JSON.stringify(rules) };
  const left = await cli.db.collection('other_events').find().sort({ _id: 1 }).limit(3).toArray();
  await cli.db.collection('stream_messages').insertMany(left);
  const { code, stdout } = await runIn(now, 'verify', '--settle', '0');
  expect(code).toBe(1);
  expect(stdout).toContain('the first of 3 messages in a collection that it was migrated from');
  expect(await runIn(now, 'verify', '--settle', '0', '--repair')).toMatchObject({ code: 0 });
  expect(await countsIn('other_events', 'stream_messages')).toEqual([21, 0]);
});

test('forget removes the documents of all ids that a key has had in a collection', async () => {
  const rule = { pattern: 'person:*', types: ['hash'], collection: 'persons', shape: 'document' };
  for (const id of ['{1}', 'p{1}']) {
    const env = { ...without, RULES: JSON.stringify([{ ...rule, id }]) };
    await cli.redis.hset('person:7', { age: '1', name: id });
    expect(await runIn(env, 'once', 'person:7')).toMatchObject({ code: 0 });
    await cli.redis.del('person:7');
    expect(await runIn(env, 'once', 'person:7')).toMatchObject({ code: 0 });
  }
  expect(await countsIn('persons')).toEqual([2]);
  expect(await cli.run('forget', 'person:7', '--yes')).toMatchObject({ code: 0 });
  expect(await countsIn('persons')).toEqual([0]);
});
