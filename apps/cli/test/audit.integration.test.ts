import { hostname, userInfo } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliUnderTest, cliUnderTest } from './cli-under-test.js';

let cli: CliUnderTest;
beforeAll(async () => {
  cli = await cliUnderTest();
  for (const key of ['orders', 'orders:2', 'visits']) await cli.redis.xadd(key, '1-1', 'n', 's3cret');
});
afterAll(() => cli.close());

const entriesOf = (found: Record<string, unknown>) => found.entries as Record<string, unknown>[];

test('an empty audit is reported as empty', async () => {
  expect((await cli.run('audit')).stdout).toBe('no actions found\n');
  await cli.run('once');
});

test('once and restore are kept, each run in one entry, with what it did to how many keys; no password', async () => {
  const to = new URL(cli.env.REDIS_URL ?? '');
  to.username = 'default';
  to.password = 's3cret';
  to.pathname = '/0';
  await cli.run('once', 'nothing*', '--allow-none');
  await cli.run('restore', 'orders*', '--to', to.href);
  const entries = entriesOf(await cli.json('audit'));
  expect(entries).toMatchObject([
    { action: 'restore', key: null, filter: 'orders*', result: `0 of 2 keys restored to ${to.host}/0` },
    { action: 'once', key: null, filter: 'nothing*', result: '0 keys' },
    { action: 'once', key: null, filter: null, result: '3 keys: 3 synced' },
  ]);
  expect(await cli.run('audit', '--action', 'restore')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/ command +restore +orders\* +0 of 2 keys restored/),
  });
});

test('it is kept who did what, by which pattern, and how it ended; no values', async () => {
  await cli.run('pause', 'orders*');
  await cli.run('pause', 'visits');
  await cli.run('sync', 'visits');
  await cli.run('resume', 'visits');
  await cli.run('resync', 'orders', '--yes');
  await cli.run('fleet', 'move');
  const entries = entriesOf(await cli.json('audit'));
  const lines = entries.map(({ action, key, filter, result }) => [action, key, filter, result].join(' '));
  expect(lines.slice(0, 4)).toEqual([
    'move   queue and target are assigned to this configuration',
    'resync orders  incarnation 2 has begun',
    'resume visits  resumed',
    'pause visits  paused',
  ]);
  expect(lines.slice(4, 6).sort()).toEqual(['pause orders orders* paused', 'pause orders:2 orders* paused']);
  expect(entries[0]).toMatchObject({ who: userInfo().username, from: hostname(), by: 'command' });
  expect(JSON.stringify(entries)).not.toContain('s3cret');
});

test('of one key, of keys that begin so, of one action', async () => {
  expect(entriesOf(await cli.json('audit', 'visits'))).toHaveLength(2);
  expect(entriesOf(await cli.json('audit', 'orders', '--begins'))).toHaveLength(3);
  expect(entriesOf(await cli.json('audit', '--action', 'resync'))).toMatchObject([{ key: 'orders' }]);
  expect((await cli.run('audit', 'visits')).stdout).toMatch(/ command +resume +visits +resumed$/m);
  expect((await cli.run('audit', '--limit', '1')).stderr).toContain('there are more');
});

test('MongoDB removes it after AUDIT_KEEP_DAYS', async () => {
  const indexes = await cli.db.collection('audit').indexes();
  expect(indexes).toContainEqual(expect.objectContaining({ key: { expiresAt: 1 }, expireAfterSeconds: 0 }));
  const [entry] = await cli.db.collection('audit').find().toArray();
  expect(entry?.expiresAt.getTime() - entry?.at.getTime()).toBe(365 * 86_400_000);
});

test('what a filter takes of the dead letters is listed, replayed and dropped, and each is kept', async () => {
  await cli.db.collection('stream_messages').createIndex({ 'content.u': 1 }, { unique: true, sparse: true });
  for (const id of ['2-1', '2-2', '2-3']) await cli.redis.xadd('visits', id, 'u', 'same');
  await cli.run('once', 'visits');
  const total = async (...options: string[]) => (await cli.json('dead-letters', 'list', ...options)).total;
  expect(await total('--collection', 'stream_messages', '--code', '11000', '--since', '1h')).toBe(2);
  expect(await total('--collection', 'elsewhere')).toBe(0);
  expect(await total('--code', '121')).toBe(0);
  expect(await total('--until', '1h')).toBe(0);
  expect(await total('--since', '2099-01-01')).toBe(0);
  expect((await cli.run('dead-letters', 'list', '--since', 'yesterday')).code).toBe(2);
  expect((await cli.run('dead-letters', 'drop', '--all', '--code', '121', '--yes')).stdout).toContain(
    'no dead letters',
  );
  expect((await cli.run('dead-letters', 'drop', '--all', 'visits', '--code', '11000', '--yes')).code).toBe(0);
  expect(await total()).toBe(0);
  expect(entriesOf(await cli.json('audit', '--action', 'drop'))).toMatchObject([
    { key: 'visits', filter: 'visits --code 11000' },
    { key: 'visits' },
  ]);
});

test('a migration to the current rules is kept by its pattern, or by its one key', async () => {
  await cli.run('resync', 'visit?', '--yes');
  await cli.run('resync', 'visits', '--yes', '--in-place');
  expect(entriesOf(await cli.json('audit', '--action', 'resync')).slice(0, 2)).toMatchObject([
    { key: 'visits', filter: null, result: '0 keys taken over' },
    { key: null, filter: 'visit?', result: '0 keys taken over' },
  ]);
});
