import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { messageIdBounds } from '@redis-to-mongo/pipeline';
import { builtApp } from '@redis-to-mongo/test-kit';
import type { Document } from 'mongodb';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type CliUnderTest, cliUnderTest } from './cli-under-test.js';
import { addEntries, anAccStream, aWeek, day, oldState } from './old-engine.js';

const COMMAND = builtApp('apps/cli/bin/redis-to-mongo.mjs');

let cli: CliUnderTest;
let fleet: ChildProcess | undefined;

beforeEach(async () => {
  cli = await cliUnderTest();
});
afterEach(async () => {
  await stopFleet();
  await cli.close();
});

async function stopFleet(): Promise<void> {
  if (!fleet || fleet.exitCode !== null) return;
  fleet.kill('SIGTERM');
  await once(fleet, 'exit');
}

/** Starts a fleet, and waits until the mirror is complete. */
async function startFleet(): Promise<void> {
  fleet = spawn(process.execPath, [COMMAND, 'up'], {
    env: { PATH: process.env.PATH ?? '', ...cli.env, DASHBOARD_PORT: '0', DASHBOARD_PASSWORD: 'pass-word' },
    stdio: 'ignore',
  });
  await vi.waitFor(async () => expect((await cli.run('status')).code).toBe(0), {
    timeout: 60_000,
    interval: 500,
  });
}

async function verified(): Promise<string> {
  const { code, stdout } = await cli.run('verify');
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('all equal') });
  return stdout;
}

const keyOf = async (key: string) =>
  await cli.db.collection<{ _id: string } & Document>('keys').findOne({ _id: key });
const messagesOf = async (key: string) =>
  await cli.db
    .collection<{ _id: string } & Document>('stream_messages')
    .find({ _id: messageIdBounds(key) })
    .sort({ _id: 1 })
    .toArray();

describe('the first generation, with a pair of collections for each week', () => {
  test('is taken over: nothing is read again, nothing is missed, and the mirror is complete', async () => {
    const ids = await addEntries(cli.redis, 'orders', 0, 10);
    await cli.redis.sadd('orders:info:tags', 'a', 'b', 'c');
    await cli.redis.xadd('orders:info:audit', '*', 'i', 'new');
    await aWeek(cli.db, 2, 'orders', {
      from: 0,
      to: 4,
      read: ids[3] ?? '',
      sets: { 'orders:info:tags': ['a'] },
    });
    await aWeek(cli.db, 3, 'orders', {
      from: 4,
      to: 6,
      read: ids[5] ?? '',
      sets: { 'orders:info:tags': ['a', 'b'], gone: ['x'] },
      infos: ['audit', 'audit'],
    });
    await aWeek(cli.db, 3, 'never-read', { from: 0, to: 0, read: '0', infos: [] });
    const before = await oldState(cli.db);

    const dry = await cli.json('adopt');
    expect(await keyOf('orders')).toBeNull();
    expect(await messagesOf('orders')).toEqual([]);
    const written = await cli.json('adopt', '--write');
    expect(written).toEqual({ ...dry, written: true });
    const lines: {
      from: string;
      found: number;
      taken: number;
      alreadyThere: number;
      left: Record<string, number>;
    }[] = JSON.parse(JSON.stringify(written.lines));
    for (const { found, taken, alreadyThere, left } of lines)
      expect(found).toBe(taken + alreadyThere + Object.values(left).reduce((a, b) => a + b, 0));
    expect(Object.fromEntries(lines.map(({ from, found, taken }) => [from, [found, taken]]))).toEqual({
      stream_message_2025_week_2: [4, 4],
      stream_message_2025_week_3: [4, 4],
      streams: [4, 3],
      metadata_sets: [3, 2],
    });

    expect(await cli.json('adopt', '--write')).toMatchObject({
      lines: lines.map((line) => ({ ...line, taken: 0, alreadyThere: line.taken })),
    });
    expect(
      await cli.db.collection('audit').find({ action: 'adopt' }).sort({ at: 1 }).toArray(),
    ).toMatchObject([{ result: '13 taken over' }, { result: '0 taken over' }]);
    expect(await oldState(cli.db)).toEqual(before);
    expect(
      await cli.db.collection<{ _id: string }>('sets').findOne({ _id: 'orders:info:tags' }),
    ).toMatchObject({
      members: ['a', 'b'],
      active: true,
    });

    await startFleet();
    await verified();
    const orders = await messagesOf('orders');
    expect(orders.map(({ entryId, content }) => [entryId, content.n])).toEqual([
      ...['0', '1', '2', '3', '4', '5'].map((n) => [null, n]),
      ...ids.slice(6).map((id, i) => [id, String(6 + i)]),
    ]);
    expect(await keyOf('orders')).toMatchObject({
      incarnation: 1,
      gaps: [],
      counts: { seen: 10, written: 10, gap: 0 },
    });
    expect((await messagesOf('orders:info:audit')).map(({ content }) => content.i)).toEqual([
      '0',
      '1',
      'new',
    ]);
    expect(
      await cli.db.collection<{ _id: string }>('sets').findOne({ _id: 'orders:info:tags' }),
    ).toMatchObject({
      members: ['a', 'b', 'c'],
    });

    expect((await cli.run('adopt', '--write')).stderr).toContain('the fleet is running');
    await cli.redis.xadd('orders', '*', 'n', 'later');
    await vi.waitFor(async () => expect((await messagesOf('orders')).at(-1)?.content.n).toBe('later'), {
      timeout: 20_000,
    });
    await cli.redis.xtrim('orders', 'MAXLEN', 2);
    await verified();
  });
});

describe('the last generation, with a collection for each type', () => {
  test('is taken over with entry ids, activity and values, from another database, though it is interrupted', async () => {
    const ids = await addEntries(cli.redis, 'orders', 0, 8);
    const trimmed = await addEntries(cli.redis, 'trimmed', 0, 6);
    await cli.redis.xtrim('trimmed', 'MAXLEN', 2);
    await cli.redis.xadd('remade', '1-1', 'n', 'x');
    await cli.redis.set('name', 'new');
    await cli.redis.rpush('list', 'p', 'q');
    const old = cli.db.client.db(`${cli.db.databaseName}_old`);
    try {
      const history = [
        { timestamp: day(0), active_now: true },
        { timestamp: day(1), active_now: false },
        { timestamp: day(2), active_now: true },
      ];
      await anAccStream(old, 'orders', ids.slice(0, 6), { read: ids[4] ?? '', history });
      await anAccStream(old, 'trimmed', trimmed.slice(0, 5), { read: trimmed[4] ?? '' });
      await anAccStream(old, 'remade', ['5-1', '6-1'], { read: '6-1' });
      await anAccStream(old, 'gone', ['7-1'], {
        read: '7-1',
        activeNow: false,
        history: history.slice(0, 2),
      });
      await old.collection('set_acc').insertOne({ key: 'tags', active_now: true, values: ['b', 'a'] });
      await old.collection('list_acc').insertOne({ key: 'list', active_now: true, values: ['p'] });
      await old.collection('zset_acc').insertMany([
        {
          key: 'ranks',
          active_now: false,
          values: [
            { value: 'b', score: 2 },
            { value: 'a', score: 1.5 },
          ],
        },
        { key: 'odd', active_now: true, values: ['no score'] },
      ]);
      await old.collection('string_acc').insertOne({ key: 'name', active_now: true, value: 'old' });
      await old.collection('json_acc').insertOne({ key: 'doc', active_now: false, value: { a: [1, 'x'] } });
      await old.collection('stream_message_acc').insertOne({ stream: 'nobody', rid: '1-1', content: {} });
      const before = await oldState(old);

      // What an interrupted run leaves: some messages, and no key.
      await cli.db.collection<{ _id: string } & Document>('stream_messages').insertOne({
        _id: `orders@a1:m${ids[0]?.replace('-0', '-a0')}`,
        ...{ stream: 'orders', type: 'main', entryId: ids[0], at: day(0), content: { n: '0', of: 'orders' } },
      });
      const from = ['--from-db', old.databaseName];
      expect((await cli.run('adopt', ...from)).stdout).toMatch(
        /stream_message_acc +15 +13 +1 +1\n[\s\S]*nothing was written: add --write/,
      );
      const { code, stdout } = await cli.run('adopt', '--write', ...from);
      expect({ code, stdout }).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(
          /zset_acc +2 +1 +0 +1\n[\s\S]*left of zset_acc: 1, it does not have the old engine’s format/,
        ),
      });
      expect(await oldState(old)).toEqual(before);
      expect(await keyOf('orders')).toMatchObject({
        status: 'active',
        activity: [
          { from: day(0), to: day(1), end: 'deleted' },
          { from: day(2), to: null, end: null },
        ],
        adopted: { generation: 'acc', messages: 6, withoutId: 0, upTo: ids[4] },
      });
      expect(await keyOf('gone')).toMatchObject({
        status: 'deleted',
        activity: [{ from: day(0), to: day(1) }],
      });
      const documentOf = async (collection: string, key: string) =>
        await cli.db.collection<{ _id: string } & Document>(collection).findOne({ _id: key });
      expect(await documentOf('sets', 'tags')).toMatchObject({ members: ['a', 'b'], active: true });
      expect(await documentOf('zsets', 'ranks')).toMatchObject({
        members: [
          { member: 'a', score: 1.5 },
          { member: 'b', score: 2 },
        ],
        active: false,
      });
      expect(await documentOf('strings', 'name')).toMatchObject({ value: 'old' });
      expect(await documentOf('json', 'doc')).toMatchObject({ value: { a: [1, 'x'] }, active: false });

      await startFleet();
      await verified();
      expect((await messagesOf('orders')).map(({ entryId }) => entryId)).toEqual(ids);
      expect((await messagesOf('trimmed')).map(({ entryId }) => entryId)).toEqual(trimmed);
      expect(await keyOf('trimmed')).toMatchObject({ incarnation: 1, gaps: [] });
      // The old position is behind all that it has: it was made anew, and begins its second incarnation.
      expect((await messagesOf('remade')).map(({ entryId }) => entryId)).toEqual(['5-1', '6-1', '1-1']);
      expect(await keyOf('orders')).toMatchObject({ incarnation: 1, gaps: [], lag: 0 });
      expect(await documentOf('strings', 'name')).toMatchObject({ value: 'new' });
      expect(await documentOf('lists', 'list')).toMatchObject({ items: ['p', 'q'] });
      // It was believed to be there, and Redis says otherwise.
      expect(await keyOf('tags')).toMatchObject({ status: 'deleted' });
      expect(await documentOf('zsets', 'ranks')).toMatchObject({
        members: [{ member: 'a' }, { member: 'b' }],
      });
    } finally {
      await old.dropDatabase();
    }
  });
});

test('the types of many old keys are read together, not each by a command', async () => {
  const strings = Array.from({ length: 300 }, (_, i) => ({
    ...{ key: `name:${i}`, active_now: true, value: `${i}` },
    ...{ created_at: day(0), updated_at: day(1) },
  }));
  await cli.db.collection('string_acc').insertMany(strings);
  for (let i = 0; i < 50; i++) await anAccStream(cli.db, `stream:${i}`, [], { read: '1-0' });
  await cli.redis.set('name:7', '7');
  const asked = async () => {
    const stats = await cli.redis.info('commandstats');
    return [...stats.matchAll(/cmdstat_evalsha(?:_ro)?:calls=(\d+)/g)].reduce(
      (sum, [, n]) => sum + Number(n),
      0,
    );
  };
  const before = await asked();
  expect(await cli.run('adopt', '--write')).toMatchObject({ code: 0 });
  expect((await asked()) - before).toBeLessThan(20);
  expect(await keyOf('name:7')).toMatchObject({ keyType: 'string', status: 'active' });
  expect(await cli.db.collection('strings').countDocuments()).toBe(300);
  expect(await cli.db.collection('keys').countDocuments()).toBe(350);
});

test('a fleet that is started while it runs waits until it has ended, and reads nothing again', async () => {
  const ids = await addEntries(cli.redis, 'orders', 0, 10);
  await aWeek(cli.db, 2, 'orders', { from: 0, to: 10, read: ids[9] ?? '' });
  const strings = Array.from({ length: 4000 }, (_, i) => ({
    key: `name:${i}`,
    active_now: false,
    value: `${i}`,
  }));
  await cli.db.collection('string_acc').insertMany(strings);
  const lease = async () => await cli.redis.keys('*:lease:scheduler');
  const adopting = cli.run('adopt', '--write');
  const [name] = await vi.waitFor(
    async () => {
      const found = await lease();
      expect(found).toHaveLength(1);
      return found;
    },
    { timeout: 20_000, interval: 5 },
  );
  await startFleet();
  expect(await adopting).toMatchObject({ code: 0 });
  await verified();
  const orders = await messagesOf('orders');
  expect(orders.map(({ content }) => content.n)).toEqual(ids.map((_, i) => String(i)));
  expect(await keyOf('orders')).toMatchObject({ adopted: { messages: 10 } });
  await stopFleet();
  expect(await lease()).toEqual([]);

  // What a killed process leaves.
  await cli.redis.set(name ?? '', 'dead', 'PX', 1000);
  expect(await cli.run('adopt', '--write')).toMatchObject({ code: 0 });
});

test('where there is nothing of the old engine, it says so, with exit code 1', async () => {
  for (const [argv, database] of [
    [['adopt'], cli.db.databaseName],
    [['adopt', '--from-db', 'elsewhere'], 'elsewhere'],
  ] as const)
    expect(await cli.run(...argv)).toMatchObject({
      code: 1,
      stdout: `the database ${database} has no data of the old engine: name another one with --from-db\n`,
    });
  expect(await cli.json('adopt', '--write')).toMatchObject({ written: false });
  for (const name of ['', 'a b', 'a.b', 'x'.repeat(64)])
    expect((await cli.run('adopt', '--from-db', name)).code, name).toBe(2);
});
