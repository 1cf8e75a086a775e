import type { Document } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliUnderTest, cliUnderTest, runIn } from './cli-under-test.js';

// Somebody changed one document in MongoDB by hand: a command that works on many goes on with the others, and names it.
let cli: CliUnderTest;

type Stored = { _id: string } & Document;
const collection = (name: string) => cli.db.collection<Stored>(name);

beforeAll(async () => {
  cli = await cliUnderTest();
});
afterAll(() => cli.close());

test('dead-letters replay --all', async () => {
  const refusing = { 'content.n': 1 } as const;
  await collection('stream_messages').createIndex(refusing, { unique: true, sparse: true });
  for (const id of ['1-1', '1-2', '1-3']) await cli.redis.xadd('orders', id, 'n', 'same');
  await cli.run('once');
  await collection('stream_messages').dropIndex('content.n_1');
  await collection('dead_letters').insertOne({ _id: 'mine', at: new Date(Date.now() + 60_000) });
  const { deadLetters } = await cli.json('dead-letters', 'replay', '--all');
  expect(deadLetters).toEqual([
    { id: 'mine', ok: false, result: 'failed: MIRROR_DAMAGED' },
    { id: 'orders@a1:a1-a3', ok: true, result: 'written' },
    { id: 'orders@a1:a1-a2', ok: true, result: 'written' },
  ]);
  expect((await cli.run('dead-letters', 'replay', '--all')).code).toBe(1);
  expect(await cli.run('dead-letters', 'drop', 'mine', '--yes')).toMatchObject({ code: 0 });
});

test('forget', async () => {
  const names = Array.from({ length: 8 }, (_, i) => `old:${i}`);
  await cli.redis.mset(names.flatMap((name) => [name, 'v']));
  await cli.run('once');
  await cli.redis.del(...names);
  await cli.run('once');
  await collection('keys').updateOne({ _id: 'old:0' }, { $unset: { stream: 1 } });
  const { keys } = await cli.json('forget', 'old:*', '--yes');
  expect((keys as Document[]).filter(({ done }) => done !== 'forgotten')).toEqual([
    { key: 'old:0', done: 'failed: KEY_STATE_INVALID' },
  ]);
  expect(await collection('keys').countDocuments({ _id: /^old:/ })).toBe(1);
  const audited = await collection('audit').findOne({ key: 'old:0' });
  expect(audited).toMatchObject({ action: 'forget', error: 'KEY_STATE_INVALID' });
});

test('resync of a pattern', async () => {
  const RULES = JSON.stringify([{ pattern: 'visits:*', types: ['stream'], collection: 'visits' }]);
  const names = Array.from({ length: 40 }, (_, i) => `visits:${i}`);
  for (const name of names) await cli.redis.xadd(name, '1-1', 'n', 'x');
  await cli.run('once');
  await collection('keys').updateOne({ _id: 'visits:0' }, { $unset: { stream: 1 } });
  await collection('stream_messages').updateOne({ stream: 'visits:1' }, { $set: { content: 7 } });
  const run = await runIn({ ...cli.env, RULES }, 'resync', 'visits:*', '--yes', '--json');
  expect(JSON.parse(run.stdout)).toMatchObject({ 'taken over': 38, leftKeys: ['visits:0', 'visits:1'] });
  expect(run.code).toBe(1);
  expect(await collection('visits').countDocuments()).toBe(38);
});
