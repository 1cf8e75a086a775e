import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliUnderTest, cliUnderTest } from './cli-under-test.js';

let cli: CliUnderTest;

beforeAll(async () => {
  cli = await cliUnderTest();
  for (const key of ['session:1', 'session:2', 'session:3']) await cli.redis.set(key, 'v');
  await cli.redis.xadd('orders', '1-1', 'n', '1');
  await cli.redis.set('here', 'v');
  await cli.run('once');
  await cli.redis.del('session:1', 'session:2', 'orders');
  await cli.run('once');
});
afterAll(() => cli.close());

const known = async () =>
  (await cli.db.collection('keys').find().sort({ _id: 1 }).toArray()).map(({ _id }) => String(_id));

test('forget does nothing without --yes', async () => {
  expect(await cli.run('forget', 'session:*')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--yes'),
  });
  expect(await known()).toHaveLength(5);
});

test('forget removes what is known of keys that are gone, and leaves those that are there', async () => {
  expect(await cli.json('forget', 'session:*', '--yes')).toEqual({
    keys: ['session:1', 'session:2'].map((key) => ({ key, done: 'forgotten' })),
  });
  expect(await known()).toEqual(['here', 'orders', 'session:3']);
  expect(await cli.db.collection<{ _id: string }>('strings').countDocuments({ _id: /^session/ })).toBe(1);
});

test('an existing key, one with messages, and an unknown one are reported, with exit code 1', async () => {
  const { code, stdout } = await cli.run('forget', 'here', 'orders', 'nobody', '--yes');
  expect(code).toBe(1);
  expect(stdout).toMatch(/here +kept: it is in Redis/);
  expect(stdout).toMatch(/orders +kept: it has messages/);
  expect(stdout).toMatch(/nobody +MongoDB knows of no such key/);
  expect(await known()).toEqual(['here', 'orders', 'session:3']);
});

test('a pattern that matches only existing keys is reported, with exit code 1, unless --allow-none is given', async () => {
  const living = { code: 1, stdout: expect.stringMatching(/h\*re +kept: all of its keys still exist/) };
  expect(await cli.run('forget', 'h*re', '--yes')).toMatchObject(living);
  expect(await cli.run('forget', 'h*re', '--yes', '--allow-none')).toMatchObject({ ...living, code: 0 });
  expect((await cli.run('forget', 'no such*', '--yes')).code).toBe(1);
  expect(await known()).toEqual(['here', 'orders', 'session:3']);
});

test('with --all messages go too', async () => {
  expect((await cli.run('forget', 'orders', '--yes', '--all')).code).toBe(0);
  expect(await known()).toEqual(['here', 'session:3']);
  expect(await cli.db.collection('stream_messages').countDocuments()).toBe(0);
});
