import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliUnderTest, cliUnderTest, runIn } from './cli-under-test.js';

let cli: CliUnderTest;
let small: string;
let huge: string;

const idsOf = (found: Record<string, unknown>) => (found.deadLetters as { id: string }[]).map(({ id }) => id);

/** MongoDB refuses an entry when another document has its place in a unique index. */
beforeAll(async () => {
  cli = await cliUnderTest();
  await cli.db.collection('stream_messages').createIndex({ 'content.n': 1 }, { unique: true, sparse: true });
  await cli.redis.xadd('orders', '1-1', 'n', 'same');
  await cli.redis.xadd('orders', '1-2', 'n', 'same');
  await cli.redis.xadd('visits', '1-1', 'blob', Buffer.alloc(17 << 20, 0xff));
  const { code, stdout } = await cli.run('once');
  expect(stdout).toContain('1 written, 0 already there, 2 dead letters');
  expect(stdout).toContain('see redis-to-mongo dead-letters list');
  expect(code).toBe(1);
  small = 'orders@a1:a1-a2';
  huge = 'visits@a1:a1-a1';
});
afterAll(() => cli.close());

test('list shows them, and those of some keys', async () => {
  expect(idsOf(await cli.json('dead-letters', 'list')).sort()).toEqual([small, huge]);
  expect(idsOf(await cli.json('dead-letters', 'list', 'order?'))).toEqual([small]);
  expect(idsOf(await cli.json('dead-letters', 'list', 'order'))).toEqual([]);
  expect((await cli.run('dead-letters', 'list')).stdout).toMatch(
    /^orders@a1:a1-a2 +stream_messages +\d+ +11000 DuplicateKey +20/m,
  );
});

test('list names a document that is not a dead letter', async () => {
  const letters = cli.db.collection<{ _id: string | ObjectId }>('dead_letters');
  const id = new ObjectId();
  await letters.insertMany([{ _id: 'mine' }, { _id: id }]);
  const { code, stdout } = await cli.run('dead-letters', 'list');
  for (const _id of ['mine', id]) await letters.deleteOne({ _id });
  expect(code).toBe(0);
  for (const shown of ['mine', String(id)])
    expect(stdout).toMatch(new RegExp(`^${shown} +not a dead letter of the fleet *$`, 'm'));
  expect(stdout).not.toMatch(/undefined|NaN|1970/);
});

test('show prints one with its record', async () => {
  const { stdout } = await cli.run('dead-letters', 'show', small);
  expect(stdout).toMatch(/^key +orders\nentry +1-2\ncollection +stream_messages$/m);
  expect(stdout).toMatch(/^code +11000 DuplicateKey$/m);
  expect(stdout).toContain('"n": "same"');
  expect((await cli.run('dead-letters', 'show', 'nobody')).code).toBe(1);
});

test('the mirror is not complete while records are dead letters, however old these are', async () => {
  const ago = new Date(Date.now() - 30 * 86_400_000);
  await cli.db.collection('dead_letters').updateMany({}, { $set: { at: ago } });
  expect(await cli.json('status')).toMatchObject({
    verdict: {
      reasons: expect.arrayContaining([
        expect.objectContaining({ code: 'records-refused', what: 'MongoDB lacks 2 records that it refused' }),
      ]),
    },
  });
});

test('a replay that is refused again leaves the letter where it is', async () => {
  for (const [id, number] of [
    [small, 11000],
    [huge, 10334],
  ] as const) {
    const { code, stdout } = await cli.run('dead-letters', 'replay', id);
    expect(stdout).toMatch(new RegExp(`^${id} +refused +${number}$`, 'm'));
    expect(code).toBe(1);
  }
  expect((await cli.json('dead-letters', 'list')).total).toBe(2);
});

test('a replay after the reason is mended writes the record and moves the count', async () => {
  await cli.db.collection('stream_messages').dropIndex('content.n_1');
  const { code, stdout } = await cli.run('dead-letters', 'replay', '--all', 'orders');
  expect(stdout).toMatch(/^orders@a1:a1-a2 +written$/m);
  expect(code).toBe(0);
  const { letters, messages, state } = {
    letters: await cli.json('dead-letters', 'list', 'orders'),
    messages: await cli.db.collection('stream_messages').countDocuments({ stream: 'orders' }),
    state: await cli.db.collection<{ _id: string }>('keys').findOne({ _id: 'orders' }),
  };
  expect(letters.total).toBe(0);
  expect(messages).toBe(2);
  expect(state).toMatchObject({ counts: { seen: 2, written: 2, dead: 0 } });
  expect((await cli.json('once', 'orders')).keys).toMatchObject([{ result: 'unchanged' }]);
});

test('a replay writes the record to where the stream’s messages have moved', async () => {
  await cli.db.collection('stream_messages').createIndex({ 'content.u': 1 }, { unique: true, sparse: true });
  for (const id of ['1-1', '1-2']) await cli.redis.xadd('moved', id, 'u', 'same');
  expect((await cli.run('once', 'moved')).stdout).toContain('1 dead letter,');
  const rule = { pattern: 'moved', types: ['stream'], collection: 'elsewhere' };
  const env = { ...cli.env, RULES: JSON.stringify([rule]) };
  expect(await runIn(env, 'resync', 'moved', '--yes', '--in-place')).toMatchObject({ code: 0 });
  expect(await runIn(env, 'dead-letters', 'replay', 'moved@a1:a1-a2')).toMatchObject({ code: 0 });
  expect(await runIn(env, 'verify', 'moved', '--settle', '0')).toMatchObject({ code: 0 });
  expect(await cli.db.collection('stream_messages').countDocuments({ stream: 'moved' })).toBe(0);
  await cli.db.collection('stream_messages').dropIndex('content.u_1');
});

test('drop removes a letter with all its parts, and only when it is meant', async () => {
  expect(await cli.db.collection('dead_letter_parts').countDocuments({ letter: huge })).toBeGreaterThan(1);
  expect((await cli.run('dead-letters', 'drop', huge)).code).toBe(2);
  expect((await cli.json('dead-letters', 'list')).total).toBe(1);
  expect((await cli.run('dead-letters', 'drop', huge, '--yes')).code).toBe(0);
  expect((await cli.json('dead-letters', 'list')).total).toBe(0);
  expect(await cli.db.collection('dead_letter_parts').countDocuments({})).toBe(0);
  expect((await cli.run('dead-letters', 'drop', huge, '--yes')).code).toBe(1);
});

test('a replay leaves the letter of a value whose key is paused: no job would read it', async () => {
  await cli.db.collection('strings').createIndex({ value: 1 }, { unique: true, sparse: true });
  for (const key of ['a', 'b']) await cli.redis.set(key, 'same');
  await cli.run('once', '[ab]');
  const [refused = ''] = idsOf(await cli.json('dead-letters', 'list', '[ab]'));
  const key = refused.slice(0, 1);
  await cli.run('pause', key);
  const { code, stdout } = await cli.run('dead-letters', 'replay', refused);
  expect(stdout).toMatch(new RegExp(`^${refused} +key paused`, 'm'));
  expect(code).toBe(1);
  expect(idsOf(await cli.json('dead-letters', 'list', '[ab]'))).toEqual([refused]);
  await cli.run('resume', key);
  expect(await cli.run('dead-letters', 'replay', refused)).toMatchObject({ code: 0 });
  expect(idsOf(await cli.json('dead-letters', 'list', '[ab]'))).toEqual([]);
});
