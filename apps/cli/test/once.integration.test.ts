import { readFileSync } from 'node:fs';
import { FleetIdentity } from '@redis-to-mongo/fleet-status';
import { JobQueue } from '@redis-to-mongo/job-queue';
import { addressOfUrl } from '@redis-to-mongo/redis-connection';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliUnderTest, cliUnderTest, runIn } from './cli-under-test.js';

let cli: CliUnderTest;

beforeAll(async () => {
  cli = await cliUnderTest();
});
afterAll(() => cli.close());

test('syncs all keys there are, without a queue or a fleet, and says so', async () => {
  for (let i = 0; i < 25; i++) await cli.redis.xadd('orders', '*', 'n', String(i));
  await cli.redis.sadd('orders:info:tags', 'a', 'b');
  await cli.redis.hset('prices', 'apple', '1.20');
  const { code, stdout } = await cli.run('once');
  expect(stdout).toMatch(/^3 keys: 3 synced\nentries: 27 written, 0 already there, 0 dead letters/m);
  expect(code).toBe(0);
  expect(await cli.db.collection('stream_messages').countDocuments({ stream: 'orders' })).toBe(25);
  expect(await cli.redis.keys('*r2m*')).toEqual([]);
});

test('finds nothing to do the second time', async () => {
  expect((await cli.run('once')).stdout).toContain('3 keys: 3 unchanged\nentries: 0 written');
});

test('syncs only the keys that match a pattern', async () => {
  await cli.redis.xadd('orders', '*', 'n', 'more');
  await cli.redis.xadd('visits', '*', 'n', '1');
  const { keys } = await cli.json('once', 'vis*');
  expect(keys).toMatchObject([{ key: 'visits', result: 'synced', seen: 1, written: 1, gap: 0 }]);
});

test('retires what has gone from Redis', async () => {
  await cli.redis.del('visits');
  expect((await cli.json('once', 'visits')).keys).toMatchObject([{ key: 'visits', result: 'deleted' }]);
  expect(await cli.db.collection<{ _id: string }>('keys').findOne({ _id: 'visits' })).toMatchObject({
    status: 'deleted',
  });
});

test('ends with 1 and names the key when one fails, and syncs the others', async () => {
  await cli.db
    .collection<{ _id: string; keyType: string }>('keys')
    .insertOne({ _id: 'hurt', keyType: 'nonsense' });
  await cli.redis.set('hurt', '1');
  await cli.redis.set('well', '1');
  const { code, stdout } = await cli.run('once', '[hw]*');
  expect(stdout).toMatch(/hurt +KEY_STATE_INVALID/);
  expect(stdout).toContain('2 keys: 1 synced, 1 failed');
  expect(code).toBe(1);
});

test('a key that workers are always faster at fails alone, and the others are synced', async () => {
  const keys = cli.db.collection<{ _id: string }>('keys');
  await cli.redis.mset('busy', '1', 'calm', '1');
  await cli.run('once', '[bc]*');
  await cli.redis.mset('busy', '2', 'calm', '2');
  let isBusy = true;
  const worker = (async () => {
    while (isBusy) await keys.updateOne({ _id: 'busy' }, { $inc: { revision: 1 } });
  })();
  const { code, stdout } = await cli.run('once', '[bc]*');
  isBusy = false;
  await worker;
  expect(stdout).toMatch(/busy +KEY_CONTENDED/);
  expect(stdout).toContain('2 keys: 1 synced, 1 failed');
  expect(code).toBe(1);
});

test('refuses to mirror the queue of the target’s own fleet, whose prefix is another', async () => {
  const { db, redis, namespace } = cli;
  const address = addressOfUrl(namespace.redis.url);
  const queue = new JobQueue({ redis: address, prefix: 'theirs' }, () => {});
  await new FleetIdentity({ queue, db, source: redis, address }).confirm();
  await queue.request(['orders']);
  await queue.close();
  await redis.set('{mine}:fleet', 'a user’s');
  // The source's user may run no more than docs/operations.md says.
  const page = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
  const acl = /^ACL SETUSER mirror (.*)$/m.exec(page)?.[1]?.replace('>password', '>pw') ?? '';
  await redis.call('ACL', 'SETUSER', 'mirror', ...acl.split(' '));
  const onceAs = async (user: string) =>
    await runIn(
      { ...cli.env, REDIS_URL: namespace.redis.url.replace('redis://', `redis://${user}`) },
      'once',
    );
  for (const user of ['', 'mirror:pw@'])
    expect(await onceAs(user)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        'with the prefix theirs, and this configuration would mirror it: check QUEUE_PREFIX',
      ),
    });
  // If the mark cannot be read, nothing is mirrored either.
  await redis.call('ACL', 'SETUSER', 'mirror', '-hscan');
  expect(await onceAs('mirror:pw@')).toMatchObject({ code: 2, stderr: expect.stringContaining('HSCAN') });
  expect(await runIn({ ...cli.env, QUEUE_PREFIX: 'theirs' }, 'once', '{*')).toMatchObject({ code: 0 });
  const queues = { _id: { $in: ['{theirs}:fleet', '{mine}:fleet'] } };
  const found = await db.collection<{ _id: string }>('keys').find(queues).toArray();
  expect(found.map(({ _id }) => _id)).toEqual(['{mine}:fleet']);
});
