import type { Document } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliUnderTest, cliUnderTest } from './cli-under-test.js';

let cli: CliUnderTest;

beforeAll(async () => {
  cli = await cliUnderTest();
});
afterAll(() => cli.close());

test('adopt: a key that the old engine kept as two types is taken over as one, and leaves no value without a key', async () => {
  const collection = (name: string) => cli.db.collection<{ _id: string } & Document>(name);
  await cli.redis.rpush('k', 'a', 'b');
  await collection('set_acc').insertOne({ _id: 's', key: 'k', active_now: false, values: ['old'] });
  await collection('list_acc').insertOne({ _id: 'l', key: 'k', active_now: true, values: ['a'] });
  for (const command of [['adopt'], ['adopt', '--write']]) {
    const { lines } = await cli.json(...command);
    const taken = (lines as Document[]).map(({ from, taken: count, left }) => [from, count, left]);
    expect(taken).toEqual([
      ['streams', 0, {}],
      ['set_acc', 1, {}],
      ['list_acc', 0, { 'the same key in another collection': 1 }],
    ]);
  }
  expect(await collection('lists').countDocuments({ active: true })).toBe(0);
  expect(await cli.run('once')).toMatchObject({ code: 0 });
  expect(await cli.run('verify')).toMatchObject({ code: 0 });
});
