import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliUnderTest, cliUnderTest, runIn, targetForTests } from './cli-under-test.js';

const RULES = [
  {
    pattern: 'orders*',
    types: ['stream'],
    collection: 'orders_messages',
    fields: { rename: { a: 'alpha' } },
    parse: { a: 'number', when: 'date', payload: 'json' },
    intervalSec: 5,
  },
  { pattern: 'logs', fields: { leave: ['secret'] }, ttlSec: 3600 },
  { pattern: '*tags', types: ['set'], collection: 'tags', history: true },
  { pattern: 'orders*', types: ['set'], intervalSec: 0.25 },
];

let cli: CliUnderTest;
const target = targetForTests();

beforeAll(async () => {
  cli = await cliUnderTest({ RULES: JSON.stringify(RULES) });
  const { redis } = cli;
  await redis.xadd(
    'orders:1',
    '1-1',
    'a',
    '12.50',
    'when',
    '2026-01-31T10:20:30Z',
    'payload',
    '{"x": [1, 2]}',
  );
  await redis.xadd('orders:1', '1-2', 'a', 'none', 'a', '9007199254740993', 'alpha', 'x');
  await redis.xadd('logs', `${Date.now()}-0`, 'line', 'one', 'secret', 's');
  await redis.xadd('other', '1-1', 'a', '1');
  await redis.sadd('my:info:tags', 'red', 'blue');
});
afterAll(() => cli.close());

test('plan shows keys by rule, their targets, the indexes of these, and rules without keys', async () => {
  const { code, stdout } = await cli.run('plan');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^rule 1 +orders\* +1 +0$/m);
  expect(stdout).toMatch(/^rule 4 +orders\* +none +0$/m);
  expect(stdout).toMatch(/^stream +1 +orders_messages +orders:1$/m);
  expect(stdout).toMatch(/^stream +2 +stream_messages +(logs|other)$/m);
  expect(stdout).toMatch(/^set +1 +tags +my:info:tags$/m);
  for (const index of [
    'stream_messages {removeAt: 1}',
    'tags {removeAt: 1}',
    'tags_members {key: 1, bucket: 1}',
  ])
    expect(stdout).toContain(index);
  expect(await cli.json('plan', '--samples')).toMatchObject({
    rules: [{ number: 1, keys: 1 }, { number: 2 }, { number: 3 }, { number: 4, keys: 0 }],
    targets: expect.arrayContaining([
      expect.objectContaining({
        collection: 'orders_messages',
        sample: {
          collection: 'orders_messages',
          document: expect.objectContaining({
            content: { alpha: 12.5, when: '2026-01-31T10:20:30.000Z', payload: { x: [1, 2] } },
          }),
        },
      }),
    ]),
  });
});

test('explain shows which rule a key matches, where it goes and how often', async () => {
  const { stdout } = await cli.run('explain', 'orders:1');
  expect(stdout).toMatch(/^rule +matches rule 1 \(orders\*\), goes to orders_messages, every 5 s$/m);
  expect(stdout).toMatch(/renames a to alpha; reads a as number, when as date, payload as json/);
  expect(await cli.json('explain', 'my:info:tags')).toMatchObject({
    collection: 'tags',
    settings: {
      rule: { number: 3, pattern: '*tags', history: true },
      intervalMs: 86_400_000,
      says: 'matches rule 3 (*tags), goes to tags, every 1 d',
    },
  });
  expect(await cli.json('explain', 'other')).toMatchObject({
    settings: { rule: null, says: 'matches no rule, goes to stream_messages, every 1 d' },
  });
});

test('what was synced by rules is found equal, and what was changed there is found and put back', async () => {
  expect(await cli.run('once')).toMatchObject({ code: 0 });
  expect(await cli.run('verify', '--settle', '0')).toMatchObject({ code: 0 });
  const messages = cli.db.collection<{ _id: string }>('orders_messages');
  const all = await messages.find().toArray();
  await messages.updateOne({ _id: 'orders:1@a1:a1-a1' }, { $set: { 'content.alpha': 13 } });
  await messages.deleteOne({ _id: 'orders:1@a1:a1-a2' });
  await cli.db
    .collection('stream_messages')
    .updateOne({ stream: 'logs' }, { $set: { 'content.line': 'two' } });
  const { code, stdout } = await cli.run('verify', '--settle', '0', '--repair');
  expect(stdout).toMatch(/^logs +stream +1 +0 +1 /m);
  expect(stdout).toMatch(/^orders:1 +stream +2 +1 +1 /m);
  expect(code).toBe(0);
  expect(await messages.find().sort({ _id: 1 }).toArray()).toEqual(all);
});

test('restore gives renamed and parsed fields back, and refuses where a rule left some out', async () => {
  const { code, stdout } = await cli.run('restore', '*', '--to', target.url);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^logs +stream +failed +RESTORE_INCOMPLETE .*--partial/m);
  expect(await target.redis.exists('logs')).toBe(0);
  expect(await target.redis.xrange('orders:1', '-', '+')).toEqual(
    await cli.redis.xrange('orders:1', '-', '+'),
  );
  expect(await target.redis.smembers('my:info:tags')).toHaveLength(2);
  expect(await cli.run('restore', 'logs', '--to', target.url, '--partial')).toMatchObject({ code: 0 });
  expect(await target.redis.xrange('logs', '-', '+')).toMatchObject([[expect.any(String), ['line', 'one']]]);
});

test('a key stays in its collection when the rules change, until it is resynced', async () => {
  const env = { ...cli.env, RULES: JSON.stringify([{ ...RULES[0], collection: 'elsewhere' }]) };
  expect((await runIn(env, 'explain', 'orders:1')).stdout).toContain(
    'goes to orders_messages (from its next incarnation on to elsewhere: see resync), every 5 s',
  );
  expect((await runIn(env, 'plan')).stdout).toContain(
    '1 known key stays in orders_messages until resynced; the rule now names elsewhere',
  );
  await cli.redis.xadd('orders:1', '1-3', 'a', '3');
  await runIn(env, 'once');
  expect(await cli.db.collection('orders_messages').countDocuments()).toBe(3);
  expect(await runIn(env, 'resync', 'orders:1', '--yes')).toMatchObject({ code: 0 });
  await runIn(env, 'once');
  expect(await cli.db.collection('elsewhere').countDocuments()).toBe(3);
  expect(await runIn(env, 'verify', 'orders:1', '--settle', '0')).toMatchObject({ code: 0 });
  expect(await cli.json('explain', 'orders:1')).toMatchObject({
    state: {
      collection: 'elsewhere',
      activity: [{ collection: 'orders_messages' }, { collection: 'elsewhere' }],
    },
  });
});
