import { OURS } from '@redis-to-mongo/pipeline';
import type { Document } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliUnderTest, cliUnderTest } from './cli-under-test.js';

let cli: CliUnderTest;

beforeAll(async () => {
  cli = await cliUnderTest();
  for (const key of ['tags', 'others']) await cli.redis.sadd(key, 'a');
  expect(await cli.run('once')).toMatchObject({ code: 0 });
});
afterAll(() => cli.close());

const collection = (name: string) => cli.db.collection<{ _id: string } & Document>(name);
const differing = async (key: string) => (await cli.json('verify', key, '--settle', '0')).differing;

test('verify KEY and once KEY look up the key, and scan neither side', async () => {
  await cli.redis.sadd('tags', 'b');
  await cli.redis.config('RESETSTAT');
  expect(await differing('tags')).toMatchObject([{ key: 'tags' }]);
  expect(await cli.json('once', 'tags')).toMatchObject({ keys: [{ key: 'tags', result: 'synced' }] });
  expect(await differing('tags')).toEqual([]);
  expect(await cli.redis.info('commandstats')).not.toContain('cmdstat_scan:');
});

test('verify KEY finds data in MongoDB that belongs to no key', async () => {
  const forged = { active: true, revision: 1, incarnation: 1, form: 'inline', members: ['x'], size: 1 };
  await collection('sets').insertOne({ _id: 'lost value', stream: 'lost value', type: 'main', ...forged });
  const ofStream = { stream: 'lost stream', type: 'main', entryId: '1-1', content: {} };
  await collection('stream_messages').insertOne({ _id: 'lost stream@a1:a1-a1', ...ofStream });
  for (const key of ['lost value', 'lost stream'])
    expect(await differing(key)).toMatchObject([{ key, problems: [expect.stringContaining('not in keys')] }]);
  expect(await differing('tags')).toEqual([]);
});

test('verify finds and repairs a value whose rule made its _id, though no rule does so anymore', async () => {
  const fleets = { key: 'lost shape', active: true, revision: 1, incarnation: 1, form: 'inline', size: 1 };
  await collection('sets').insertOne({ _id: '77', stream: 'lost shape', members: ['x'], [OURS]: fleets });
  const found = [{ key: 'lost shape', problems: ['an active value in sets, of a key that is not in keys'] }];
  const of = async (...args: string[]) => (await cli.json('verify', ...args, '--settle', '0')).differing;
  expect(await of('*')).toContainEqual(expect.objectContaining(found[0]));
  expect(await of('lost shape')).toMatchObject(found);
  expect(await of('*', '--repair')).toContainEqual(expect.objectContaining({ ...found[0], repaired: true }));
  expect(await of('*')).not.toContainEqual(expect.objectContaining({ key: 'lost shape' }));
});

test('verify KEY and once KEY find no key of that name', async () => {
  for (const command of ['verify', 'once'])
    expect(await cli.run(command, 'nobody')).toMatchObject({ code: 1 });
});
