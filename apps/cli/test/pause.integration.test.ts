import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliUnderTest, cliUnderTest } from './cli-under-test.js';

let cli: CliUnderTest;

beforeAll(async () => {
  cli = await cliUnderTest();
  for (const key of ['orders:1', 'orders:2', 'other']) await cli.redis.xadd(key, '1-1', 'n', '1');
  await cli.run('once');
});
afterAll(() => cli.close());

test('pause has the keys of a pattern rest, and says so as often as it is asked', async () => {
  const both = (done: string) => ['orders:1', 'orders:2'].map((key) => ({ key, done }));
  expect(await cli.json('pause', 'orders:*')).toEqual({ keys: both('paused') });
  expect(await cli.json('pause', 'orders:*')).toEqual({ keys: both('paused before') });
  expect(await cli.run('pause', 'nobody', 'other*')).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/nobody +MongoDB knows of no such key\nother +paused/),
  });
  expect(await cli.json('resume', 'other')).toEqual({ keys: [{ key: 'other', done: 'resumed' }] });
});

test('status, keys and explain show what rests, and once and sync leave it alone', async () => {
  await cli.redis.xadd('orders:1', '2-1', 'n', '2');
  expect((await cli.run('status')).stdout).toMatch(/paused +2 keys: see redis-to-mongo keys --status paused/);
  expect((await cli.run('keys', '--status', 'paused')).stdout).toMatch(/orders:1 +stream +paused/);
  const { stdout: explained } = await cli.run('explain', 'orders:1');
  expect(explained).toMatch(/paused +since .*: run resume to continue/);
  expect(explained).toMatch(/^schedule +none while it is paused$/m);
  expect(explained).toMatch(/^lag +none when it was paused$/m);
  expect((await cli.run('once')).stdout).toContain('3 keys: 1 unchanged, 2 paused');
  expect((await cli.run('sync', 'orders:1')).stdout).toMatch(/orders:1 +paused: resume it first/);
});

test('verify --repair leaves a paused value as it is, in MongoDB too', async () => {
  await cli.redis.sadd('tags', 'a', 'b');
  await cli.run('once', 'tags');
  await cli.run('pause', 'tags');
  await cli.redis.sadd('tags', 'c');
  const { code, stdout } = await cli.run('verify', 'tags', '--settle', '0', '--repair');
  expect({ code, stdout }).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^tags .* still differs/m),
  });
  expect(await cli.db.collection<{ _id: string }>('sets').findOne({ _id: 'tags' })).toMatchObject({
    size: 2,
  });
  await cli.run('resume', 'tags');
  await cli.run('once', 'tags');
  expect(await cli.run('verify', 'tags', '--settle', '0')).toMatchObject({ code: 0 });
});

test('resume ends the rest, of all that a pattern takes, and asks for jobs on them', async () => {
  expect(await cli.json('resume', '*')).toEqual({
    keys: [
      { key: 'orders:1', done: 'resumed' },
      { key: 'orders:2', done: 'resumed' },
    ],
  });
  expect(await cli.json('resume', 'orders:1', 'orders:*')).toEqual({
    keys: [{ key: 'orders:1', done: 'not paused' }],
  });
  expect(await cli.run('resume', 'nobody')).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^KEY +RESULT\nnobody +MongoDB knows of no such key\n$/),
  });
  expect((await cli.json('status')).queue).toMatchObject({ waiting: 3 });
  expect((await cli.run('once')).stdout).toContain('1 synced');
});

test('many keys of a pattern are paused and resumed together, each with its result', async () => {
  for (let i = 0; i < 300; i++) await cli.redis.set(`many:${i}`, 'a');
  await cli.run('once', 'many:*');
  await cli.run('pause', 'many:7');
  const paused = (await cli.json('pause', 'many:*')).keys;
  expect(paused).toHaveLength(300);
  expect(paused).toContainEqual({ key: 'many:7', done: 'paused before' });
  expect(paused).toContainEqual({ key: 'many:8', done: 'paused' });
  const jobs = async () => Object((await cli.json('status')).queue).waiting;
  const before = await jobs();
  expect((await cli.json('resume', 'many:*')).keys).toHaveLength(300);
  // A job names many keys.
  expect((await jobs()) - before).toBeLessThan(10);
  expect(await cli.db.collection('audit').countDocuments({ filter: 'many:*', result: 'resumed' })).toBe(300);
});
