import { JobQueue } from '@redis-to-mongo/job-queue';
import { saveForecasts } from '@redis-to-mongo/mongo-sink';
import { addressOfUrl } from '@redis-to-mongo/redis-connection';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliUnderTest, cliUnderTest } from './cli-under-test.js';

let cli: CliUnderTest;

beforeAll(async () => {
  cli = await cliUnderTest();
  for (let i = 0; i < 5; i++) await cli.redis.xadd('orders', '*', 'n', String(i));
  for (let i = 0; i < 9; i++) await cli.redis.xadd('visits', '*', 'n', String(i));
  await cli.redis.sadd('orders:info:tags', 'a', 'b');
  await cli.redis.set('a.b*c', 'x');
  expect((await cli.run('once')).code).toBe(0);
});
afterAll(() => cli.close());

const namesOf = (found: Record<string, unknown>) => (found.keys as { key: string }[]).map(({ key }) => key);

test('keys lists, filters by pattern and type, sorts and limits', async () => {
  expect(namesOf(await cli.json('keys'))).toEqual(['a.b*c', 'orders', 'orders:info:tags', 'visits']);
  expect(namesOf(await cli.json('keys', 'orders*'))).toEqual(['orders', 'orders:info:tags']);
  expect(namesOf(await cli.json('keys', '?.b\\*c'))).toEqual(['a.b*c']);
  expect(namesOf(await cli.json('keys', '--type', 'stream', '--sort', 'seen'))).toEqual(['visits', 'orders']);
  const { total, keys } = await cli.json('keys', '--limit', '1', '--sort', 'seen');
  expect({ total, keys }).toMatchObject({ total: 4, keys: [{ key: 'visits', counts: { seen: 9 } }] });
  const { stdout, stderr } = await cli.run('keys', '--limit', '2');
  expect(stdout).toMatch(/^KEY +TYPE +STATUS +LAG +SEEN/);
  expect(stderr).toBe('2 of 4: raise --limit to see more\n');
});

test('keys finds those that are deleted, behind or failing', async () => {
  await cli.redis.del('orders:info:tags');
  await cli.run('once', 'orders:info:tags');
  const keys = cli.db.collection<{ _id: string }>('keys');
  const lastError = { code: 'SOME', message: 'some', at: new Date() };
  await keys.updateOne({ _id: 'visits' }, { $set: { lag: 7, lastError } });
  expect(namesOf(await cli.json('keys', '--status', 'deleted'))).toEqual(['orders:info:tags']);
  expect(namesOf(await cli.json('keys', '--status', 'behind'))).toEqual(['visits']);
  expect(namesOf(await cli.json('keys', '--status', 'failing'))).toEqual(['visits']);
  const { stdout } = await cli.run('status');
  expect(stdout).toMatch(/^7 entries, [\d.]+ s behind +Catching up, in 1 key\.$/m);
  expect(stdout).toMatch(/^1 key fails +See their errors/m);
  expect(stdout).toMatch(/^visits +SOME +\d+ s ago +some$/m);
  await keys.updateOne({ _id: 'visits' }, { $set: { lag: 0, lastError: null } });
});

test('status sums up the mirror and the queue', async () => {
  const { stdout, code } = await cli.run('status');
  expect(code).toBe(1); // nobody keeps it so: no scheduler and no worker runs
  expect(stdout).toMatch(/^mirror +No scheduler is active$/m);
  expect(stdout).toMatch(/^schedulers +none is active$/m);
  expect(stdout).toMatch(/^workers +none is connected$/m);
  expect(stdout).toMatch(/^stream +2 +2 +0 +14 +14 +0 +0 +0 +0$/m);
  expect(await cli.json('status')).toMatchObject({
    verdict: { level: 'broken', reasons: [{ code: 'no-scheduler' }, { code: 'no-worker' }] },
    queue: { workers: 0, schedulers: 0, schedules: 0 },
  });
});

test('explain shows rule, target, position, schedule and incarnations of a key', async () => {
  const queue = new JobQueue({ redis: addressOfUrl(cli.namespace.redis.url), prefix: 'r2m' }, () => {});
  await queue.schedulers.set(['orders'], 60_000);
  await queue.close();
  const { stdout, code } = await cli.run('explain', 'orders');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^chosen +mirrored: KEY_INCLUDE has \*$/m);
  expect(stdout).toMatch(/^goes to +stream_messages$/m);
  expect(stdout).toMatch(/^schedule +every 1 min, next .* UTC \(in \d+ s\)$/m);
  expect(stdout).toMatch(/^lag +none$/m);
  expect(await cli.json('explain', 'orders')).toMatchObject({
    inRedis: 'stream',
    state: { counts: { seen: 5 } },
  });
});

test('explain says how a key whose type has no job scheduler is kept in sync; a list without keys has no headings', async () => {
  await cli.redis.hset('a-hash', 'field', 'x');
  const { stdout } = await cli.run('explain', 'a-hash');
  await cli.redis.del('a-hash');
  expect(stdout).toMatch(/^rule +matches no rule, goes to hashes$/m);
  expect(stdout).toMatch(/^schedule +by changes and sweeps: keys of this type have no job scheduler$/m);
  expect((await cli.run('keys', 'none*')).stdout).toBe('no keys found\n');
});

test('explain shows a document of the key’s own incarnation, or of the one that begins next', async () => {
  await cli.redis.xadd('anew', '1-1', 'a', '1');
  expect(await cli.json('explain', 'anew')).toMatchObject({ sample: { document: { _id: 'anew@a1:a1-a1' } } });
  await cli.run('once', 'anew');
  await cli.run('resync', 'anew', '--yes', '--here');
  expect(await cli.json('explain', 'anew')).toMatchObject({ sample: { document: { _id: 'anew@a2:a1-a1' } } });
  await cli.redis.del('anew');
  await cli.run('once', 'anew');
  await cli.redis.xadd('anew', '1-1', 'a', '1');
  expect(await cli.json('explain', 'anew')).toMatchObject({ sample: { document: { _id: 'anew@a3:a1-a1' } } });
  await cli.redis.del('anew');
  await cli.run('forget', 'anew', '--yes', '--all');
});

test('explain and status show when trimming will reach what was not read', async () => {
  expect(await cli.json('explain', 'orders')).toMatchObject({ trimmedUnreadAt: null });
  const at = new Date(Date.now() + 7_200_000);
  await saveForecasts(cli.db, [{ key: 'orders', at }]);
  expect((await cli.run('explain', 'orders')).stdout).toMatch(
    /^forecast +trimming .* unread entries: in \d+ h$/m,
  );
  expect(await cli.json('explain', 'orders')).toMatchObject({ trimmedUnreadAt: at.toISOString() });
  expect((await cli.run('status')).stdout).toMatch(/^orders +in \d+ h$/m);
  await saveForecasts(cli.db, []);
});

test('the forecast for a stream that was read to its end since is not shown anymore', async () => {
  await cli.redis.xadd('hurried', '*', 'n', '1');
  await cli.run('once', 'hurried');
  await saveForecasts(cli.db, [{ key: 'hurried', at: new Date() }]);
  const forecast = async () => (await cli.json('explain', 'hurried')).trimmedUnreadAt;
  expect(await forecast()).not.toBeNull();
  await cli.redis.xadd('hurried', '*', 'n', '2');
  await cli.run('once', 'hurried');
  expect(await forecast()).toBeNull();
  await saveForecasts(cli.db, []);
  await cli.redis.del('hurried');
  await cli.run('forget', 'hurried', '--yes', '--all');
});

test('explain says why a key is not mirrored, and ends with 1 for one that nobody knows', async () => {
  const { code, stdout } = await cli.run('explain', '{r2m}:nobody');
  expect(stdout).toContain('one of the queue’s own keys');
  expect(code).toBe(1);
});

test.each([
  ['history', 'borders'],
  ['history', 'borders', '--range', 'week', '--json'],
  ['audit', 'borders'],
  ['gaps', 'borders'],
  ['gaps', 'borders*', '--json'],
  ['resync', 'borders', '--yes', '--here'],
])('%s %s: a mistyped key is an error, not a key without anything to report', async (...argv) => {
  const { code, stdout, stderr } = await cli.run(...argv);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/MongoDB does not know of borders|no key in MongoDB matches borders/);
});

test('a known key without history, actions or gaps is no error; nor is a pattern without keys, with --allow-none', async () => {
  const history = await cli.run('history', 'orders');
  expect(history).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('no history of orders in this hour'),
  });
  expect(await cli.run('audit', 'orders')).toMatchObject({ code: 0, stdout: 'no actions found\n' });
  expect(await cli.run('gaps', 'orders')).toMatchObject({ code: 0, stdout: 'no gaps\n' });
  expect(await cli.run('gaps', 'borders*', '--allow-none')).toMatchObject({ code: 0, stdout: 'no gaps\n' });
});

test('gaps shows what was lost with its ids, and ends with 1', async () => {
  expect(await cli.run('gaps')).toMatchObject({ code: 0, stdout: 'no gaps\n' });
  for (let i = 1; i <= 6; i++) await cli.redis.xadd('orders', `9999999999999-${i}`, 'n', '1');
  await cli.redis.xtrim('orders', 'MAXLEN', 2);
  await cli.run('once', 'orders');
  const { code, stdout } = await cli.run('gaps');
  expect(code).toBe(1);
  expect(stdout).toMatch(/^orders +4 +trimmed +\d+-\d+ +9999999999999-4 +\d+ \w+ ago$/m);
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(await cli.json('gaps')).toMatchObject({
    total: 1,
    keys: [{ key: 'orders', entries: 4, gaps: [{ entries: 4 }] }],
  });
});

test('keys lists all others where a document is damaged, and says which one is', async () => {
  const keys = cli.db.collection<{ _id: string; mine?: string }>('keys');
  await keys.insertOne({ _id: 'a foreign one', mine: 'x' });
  try {
    const { code, stdout, stderr } = await cli.run('keys', '--limit', '1000');
    expect(code).toBe(0);
    expect(stdout).not.toContain('a foreign one');
    expect(stdout.trim().split('\n').length).toBeGreaterThan(1);
    expect(stderr).toMatch(/a foreign one: its document in keys is not from this fleet: remove it/);
    const types = expect.arrayContaining([expect.objectContaining({ keyType: 'unknown', keys: 1 })]);
    expect(await cli.json('status')).toMatchObject({ mirror: { types } });
  } finally {
    await keys.deleteOne({ _id: 'a foreign one' });
  }
});

test('explain shows what a stream had lost before its first read, which is no gap', async () => {
  for (let i = 1; i <= 30; i++) await cli.redis.xadd('trimmed:early', `${i}-0`, 'n', i);
  await cli.redis.xtrim('trimmed:early', 'MAXLEN', 10);
  await cli.run('once');
  const { stdout } = await cli.run('explain', 'trimmed:early');
  expect(stdout).toMatch(/^before its first read +Redis had dropped 20 of its entries$/m);
  expect(stdout).toMatch(/^gaps +0$/m);
  expect(stdout).toMatch(/^position +\{"entryId":"30-0",/m);
  expect(stdout).not.toContain('marks');
});
