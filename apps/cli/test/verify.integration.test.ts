import { JobQueue } from '@redis-to-mongo/job-queue';
import { addressOfUrl } from '@redis-to-mongo/redis-connection';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fillAllKinds } from './all-kinds.js';
import { type CliUnderTest, cliUnderTest, runIn } from './cli-under-test.js';

let cli: CliUnderTest;

beforeAll(async () => {
  cli = await cliUnderTest({ VALUE_INLINE_MEMBERS: '100' });
  await fillAllKinds(cli.redis);
  expect(await cli.run('once')).toMatchObject({ code: 0 });
});
afterAll(() => cli.close());

const verify = async (...argv: string[]) => await cli.json('verify', '--settle', '0', ...argv);
const collection = (name: string) => cli.db.collection<{ _id: string }>(name);

test('what is in step is found equal, all key types', async () => {
  expect(await cli.run('verify', '--settle', '0')).toMatchObject({
    code: 0,
    stdout: '18 keys compared: all equal\n',
  });
});

test('where hardly any key is on both sides, the settings are named; where only some differ, they are not', async () => {
  const elsewhere = /check REDIS_URL and REDIS_DB .* MONGO_DB_NAME/;
  const other = await cliUnderTest({ MONGO_DB_NAME: cli.namespace.mongoDbName });
  try {
    const wrong = await other.run('verify', '--settle', '0');
    expect(wrong.stdout).toMatch(/^18 keys compared: 18 differ$/m);
    expect(wrong.stdout).toMatch(elsewhere);
  } finally {
    await other.close();
  }
  await cli.redis.hset('not mirrored', 'a', '1');
  const some = await cli.run('verify', '--settle', '0');
  await cli.redis.del('not mirrored');
  expect(some.stdout).toMatch(/^19 keys compared: 1 differs$/m);
  expect(some.stdout).not.toMatch(elsewhere);
});

test('a key is found that has become one of a type that is not mirrored, and retired', async () => {
  const env = { ...cli.env, KEY_TYPES: 'set' };
  await cli.redis.sadd('retyped', 'a');
  await runIn(env, 'once', 'retyped');
  await cli.redis.del('retyped');
  await cli.redis.rpush('retyped', 'a');
  const found = await runIn(env, 'verify', 'retyped', '--settle', '0');
  expect(found.stdout).toMatch(/^retyped +list .* list in Redis, a set in MongoDB/m);
  expect(found.code).toBe(1);
  expect(await runIn(env, 'verify', 'retyped', '--settle', '0', '--repair')).toMatchObject({ code: 0 });
  expect(await collection('keys').findOne({ _id: 'retyped' })).toMatchObject({ status: 'deleted' });
  await cli.redis.del('retyped');
});

test('a key without permission is compared if MongoDB has it, and left out if not, but not both', async () => {
  await cli.redis.mset({ 'hidden:known': '1', 'hidden:new': '1' });
  await cli.run('once', 'hidden:known');
  await cli.redis.acl('SETUSER', 'verify-reader', 'on', '>pass-word', '~seen:*', '+@all');
  const url = cli.namespace.redis.url.replace('redis://', 'redis://verify-reader:pass-word@');
  const { stdout } = await runIn(
    { ...cli.env, REDIS_URL: url },
    'verify',
    'hidden:*',
    '--settle',
    '0',
    '--json',
  );
  expect(JSON.parse(stdout)).toMatchObject({
    ...{ keys: 1, differing: [{ key: 'hidden:known' }], leftOut: { 'no permission': 1 } },
  });
  await cli.redis.del('hidden:known', 'hidden:new');
  await cli.redis.acl('DELUSER', 'verify-reader');
  await cli.run('once', 'hidden:*');
});

test('keys of a type that is no longer mirrored are no difference, gone or not, and keep what MongoDB has of them', async () => {
  const env = { ...cli.env, KEY_TYPES: 'stream' };
  for (const key of ['left:1', 'left:2']) await cli.redis.sadd(key, 'a');
  await cli.run('once', 'left:*');
  await cli.redis.del('left:2');
  expect((await runIn(env, 'once', 'left:*')).stdout).toMatch(/^2 keys: 2 unsupported$/m);
  const found = await runIn(env, 'verify', 'left:*', '--settle', '0', '--allow-none');
  expect(found).toMatchObject({ code: 0 });
  const kept = await collection('keys')
    .find({ _id: /^left:/ })
    .toArray();
  expect(kept).toMatchObject([{ status: 'active' }, { status: 'active' }]);
  await cli.redis.del('left:1');
  expect((await cli.run('once', 'left:*')).stdout).toMatch(/^2 keys: 2 deleted$/m);
});

test('missing and changed entries are found by their ids, ends with 1, and --repair puts them back', async () => {
  const messages = collection('stream_messages');
  await messages.deleteOne({ _id: 'orders@a1:d1003-a0' });
  await messages.updateOne({ _id: 'orders@a1:d1004-a1' }, { $set: { content: { n: 'forged' } } });
  const before = await cli.db.collection<{ _id: string }>('keys').findOne({ _id: 'orders' });
  expect((await cli.run('verify', 'orders', '--settle', '0')).code).toBe(1);
  expect((await verify()).differing).toMatchObject([
    { key: 'orders', missing: 1, different: 1, problems: ['1004-1 has other fields', '1003-0 is missing'] },
  ]);
  const { code, stdout } = await cli.run('verify', '--settle', '0', '--repair');
  expect(stdout).toMatch(/^orders +stream +1,200 +1 +1 .* repaired$/m);
  expect(code).toBe(0);
  expect((await verify()).differing).toEqual([]);
  expect(await cli.db.collection<{ _id: string }>('keys').findOne({ _id: 'orders' })).toEqual(before);
});

test('values that lack something, small or large, are found and mended', async () => {
  await collection('sets').deleteOne({ _id: 'tags' });
  await collection('strings').updateOne({ _id: 'counter' }, { $set: { value: '9007199254740992' } });
  await collection('lists').updateOne({ _id: 'jobs' }, { $set: { items: ['a', 'b'] } });
  await collection('set_members').deleteOne({ key: 'many-tags' });
  await collection('zset_members').updateOne({ key: 'many-scores' }, { $set: { score: -1 } });
  const { differing } = await verify();
  expect(differing).toMatchObject([
    { key: 'counter', different: 1, problems: ['other bytes than in Redis'] },
    { key: 'jobs', different: 1, problems: ['2 items, 5 in Redis'] },
    { key: 'many-scores', problems: ['1 members lacking, 1 too many'] },
    { key: 'many-tags', problems: ['1 members lacking, 0 too many'] },
    { key: 'tags', missing: 1 },
  ]);
  expect(await cli.run('verify', '--settle', '0', '--repair')).toMatchObject({ code: 0 });
  expect((await verify()).differing).toEqual([]);
});

test('a value of which MongoDB refused something is compared with its dead letters, and all else of it', async () => {
  const refuse = async (name: string, validator: object) =>
    await cli.db.command({ collMod: name, validator });
  const members = Array.from({ length: 300 }, (_, i) => `member ${i}`);
  await cli.redis.hset('refused', 'v', '1');
  await cli.redis.sadd('refused-tags', 'bad', ...members);
  await cli.redis.rpush('refused-jobs', 'bad', ...members);
  const keys = ['refused', 'refused-jobs', 'refused-tags'];
  await refuse('hashes', { 'fields.v': { $ne: '1' } });
  await refuse('set_members', { member: { $ne: 'bad' } });
  await refuse('list_items', { item: { $ne: 'bad' } });
  try {
    await cli.run('once');
    expect(await verify('refused*')).toMatchObject({ keys: 3, differing: [] });
    await cli.redis.hset('refused', 'w', '2');
    await collection('set_members').deleteOne({ key: 'refused-tags', member: 'member 7' });
    await collection('list_items').updateOne(
      { key: 'refused-jobs', item: 'member 7' },
      { $set: { item: 'x' } },
    );
    expect((await verify('refused*')).differing).toMatchObject([
      { key: 'refused', problems: ['1 fields lacking, 0 too many'] },
      { key: 'refused-jobs', problems: ['300 items, 301 in Redis'] },
      { key: 'refused-tags', problems: ['1 members lacking, 0 too many'] },
    ]);
  } finally {
    for (const name of ['hashes', 'set_members', 'list_items']) await refuse(name, {});
    await cli.redis.del(...keys);
    await cli.run('once');
  }
});

test('verify waits for a change that is not synced yet, and reports it if it does not come', async () => {
  await cli.redis.sadd('tags', 'new');
  await cli.redis.set('brand-new', '1');
  await cli.redis.del('blob');
  expect((await verify()).differing).toMatchObject([
    { key: 'blob', problems: ['not in Redis, but active in MongoDB'] },
    { key: 'brand-new', problems: ['MongoDB does not have it'] },
    { key: 'tags', problems: ['1 members lacking, 0 too many'] },
  ]);
  const [waited] = await Promise.all([cli.run('verify', '--settle', '30'), cli.run('once')]);
  expect(waited).toMatchObject({ code: 0 });
});

test('a value that is repaired is requested from the fleet, too, in case the repair is interrupted', async () => {
  await cli.redis.set('repaired', '7');
  await cli.run('once', 'repaired');
  await collection('strings').updateOne({ _id: 'repaired' }, { $set: { value: 'forged' } });
  const config = {
    redis: addressOfUrl(cli.namespace.redis.url),
    prefix: 'r2m',
  };
  const queue = new JobQueue(config, () => {});
  try {
    expect(await cli.run('verify', 'nothing', '--repair', '--allow-none')).toMatchObject({ code: 0 });
    expect(await queue.dueCount()).toBe(0);
    await queue.beat('a worker', { app: 'worker', state: 'active' });
    expect(await cli.run('verify', 'repaired', '--settle', '0', '--repair')).toMatchObject({ code: 0 });
    expect(await queue.dueCount()).toBe(1);
  } finally {
    await queue.close();
    await cli.redis.del('repaired');
    await cli.run('once', 'repaired');
  }
});
