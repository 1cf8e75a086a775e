import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { restoringKey } from '@redis-to-mongo/pipeline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { contentOf, fillAllKinds } from './all-kinds.js';
import { type CliUnderTest, cliUnderTest, runIn, targetForTests } from './cli-under-test.js';

let cli: CliUnderTest;
const target = targetForTests();

beforeAll(async () => {
  // Small limits, so that some values have a document for each member.
  cli = await cliUnderTest({ VALUE_INLINE_MEMBERS: '100', VALUE_INLINE_BYTES: '1000000' });
  await fillAllKinds(cli.redis);
  expect(await cli.run('once')).toMatchObject({ code: 0 });
});
afterAll(() => cli.close());

test('a restored Redis equals the original, key by key, entry by entry, byte for byte', async () => {
  for (const collection of ['set_members', 'zset_members', 'hash_fields', 'list_items', 'string_parts'])
    expect(await cli.db.collection(collection).countDocuments({}), collection).toBeGreaterThan(0);
  const { code, stdout } = await cli.run('restore', '*', '--to', target.url);
  expect(stdout).toMatch(/^18 of 18 keys restored/m);
  expect(code).toBe(0);
  expect(await contentOf(target.redis)).toEqual(await contentOf(cli.redis));
});

test('the ACL of docs/operations.md is enough', async () => {
  const page = await readFile(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
  const rule = /^ACL SETUSER restore (.*)$/m.exec(page)?.[1] ?? '';
  await target.redis.acl('SETUSER', 'restore', ...rule.split(' '));
  await target.redis.flushall();
  const to = new URL(target.url);
  Object.assign(to, { username: 'restore', password: 'password' });
  expect((await cli.run('restore', '*', '--to', to.href)).code).toBe(0);
  expect(await contentOf(target.redis)).toEqual(await contentOf(cli.redis));
});

test('a key that the target has stays as it is, unless it is to be replaced', async () => {
  await target.redis.set('counter', 'mine');
  const { code, stdout } = await cli.run('restore', 'count*', '--to', target.url);
  expect(stdout).toMatch(/^counter +string +there already/m);
  expect(code).toBe(1);
  expect(await target.redis.get('counter')).toBe('mine');
  expect((await cli.run('restore', 'count*', '--to', target.url, '--replace')).code).toBe(0);
  expect(await target.redis.get('counter')).toBe('9007199254740993');
});

test('a key that is replaced keeps what it has until it is replaced, and for good where that fails', async () => {
  const sets = cli.db.collection<{ _id: string; members?: unknown }>('sets');
  await target.redis.set('tags', 'mine');
  const set = await sets.findOneAndUpdate({ _id: 'tags' }, { $set: { members: 7 } });
  const { code, stdout } = await cli.run('restore', 'tags', '--to', target.url, '--replace');
  expect(stdout).toMatch(/^tags +set +failed +MIRROR_DAMAGED/m);
  expect(code).toBe(1);
  expect(await target.redis.get('tags')).toBe('mine');
  expect(await target.redis.keys('redis-to-mongo:*')).toEqual([]);
  await sets.updateOne({ _id: 'tags' }, { $set: { members: set?.members } });
  expect((await cli.run('restore', 'tags', '--to', target.url, '--replace')).code).toBe(0);
  expect(await target.redis.type('tags')).toBe('set');
});

test('a key that a restore has not finished is mirrored by no fleet', async () => {
  const name = restoringKey(Buffer.from('orders')).toString();
  await cli.redis.set(name, 'half');
  expect((await cli.run('once', name)).stderr).toContain('no key');
  expect((await cli.run('explain', name)).stdout).toContain('not mirrored: restore has not finished it');
  await cli.redis.del(name);
});

test('entries that the source has trimmed, or MongoDB refused, come back too', async () => {
  await cli.redis.xadd('large', '1-1', 'a', '1');
  await cli.redis.xadd('large', '1-2', 'blob', Buffer.alloc(17 << 20, 0xee));
  await cli.redis.xadd('large', '1-3', 'a', '3');
  const digest = async (redis: typeof target.redis) =>
    hash('sha256', (await redis.xrangeBuffer('large', '-', '+')).flat(3).join());
  const original = await digest(cli.redis);
  expect((await cli.run('once', 'large')).stdout).toContain('2 written, 0 already there, 1 dead letter,');
  await cli.redis.xtrim('large', 'MAXLEN', 1);
  expect((await cli.run('restore', 'large', '--to', target.url)).code).toBe(0);
  expect(await digest(target.redis)).toBe(original);
});

test('a refused entry that its key does not count yet comes back, also if short streams are restored together', async () => {
  for (const key of ['short:1', 'short:2'])
    for (const id of ['1-0', '2-0']) await cli.redis.xadd(key, id, 'n', id);
  await cli.db.command({ collMod: 'stream_messages', validator: { entryId: { $ne: '2-0' } } });
  expect((await cli.run('once', 'short:1')).stdout).toContain('1 dead letter,');
  await cli.db.command({ collMod: 'stream_messages', validator: {} });
  expect((await cli.run('once', 'short:2')).stdout).toContain('2 written');
  await cli.db
    .collection<{ _id: string }>('keys')
    .updateOne({ _id: 'short:1' }, { $set: { 'counts.dead': 0 } });
  expect((await cli.run('restore', 'short:*', '--to', target.url)).code).toBe(0);
  for (const key of ['short:1', 'short:2']) expect(await target.redis.xlen(key)).toBe(2);
  await cli.redis.del('short:1', 'short:2');
});

test('a value comes back as it was last, refused by MongoDB or not, or the key fails', async () => {
  const refusing = async (collection: string, validator: object, ...keys: string[]) => {
    await cli.db.command({ collMod: collection, validator });
    for (const key of keys) expect((await cli.run('once', key)).stdout).toContain('1 dead letter,');
    await cli.db.command({ collMod: collection, validator: {} });
  };
  await cli.redis.set('state', 'former');
  await cli.run('once', 'state');
  await cli.redis.set('state', 'last');
  await refusing('strings', { value: { $ne: 'last' } }, 'state');
  await cli.redis.hset('fields', ...Array.from({ length: 200 }, (_, i) => [`f${i}`, 'v']).flat());
  await refusing('hash_fields', { field: { $ne: 'f7' } }, 'fields');
  expect((await cli.run('restore', 'state', '--to', target.url)).code).toBe(0);
  expect(await target.redis.get('state')).toBe('last');

  const { code, stdout } = await cli.run('restore', 'fields', '--to', target.url);
  expect(stdout).toMatch(/^fields +hash +failed +RESTORE_INCOMPLETE/m);
  expect(code).toBe(1);
  expect(await target.redis.exists('fields')).toBe(0);
  expect((await cli.run('restore', 'fields', '--to', target.url, '--partial')).code).toBe(0);
  expect(await target.redis.hlen('fields')).toBe(199);

  await cli.db.collection('set_members').deleteOne({ key: 'many-tags', until: null });
  const damaged = await cli.run('restore', 'many-tags', '--to', target.url, '--replace', '--partial');
  expect(damaged.stdout).toMatch(/^many-tags +set +failed +MIRROR_DAMAGED/m);
  for (const key of ['state', 'fields', 'many-tags']) await cli.redis.del(key);
});

test('keys that were deleted are not restored', async () => {
  await cli.redis.del('blob');
  await target.redis.del('blob');
  await cli.run('once', 'blob');
  const { code, stderr } = await cli.run('restore', 'blob', '--to', target.url);
  expect(stderr).toMatch(/blob matches only deleted keys \(1\), which Redis does not have any more/);
  expect(code).toBe(1);
  expect((await cli.json('restore', 'blob', '--to', target.url, '--allow-none')).keys).toEqual([]);
  expect(await target.redis.exists('blob')).toBe(0);
});

test('an address that is none is refused, and one where nobody answers ends with 3', async () => {
  expect((await cli.run('restore', '*')).code).toBe(2);
  expect((await cli.run('restore', '*', '--to', 'localhost:6379')).code).toBe(2);
  const { code, stderr } = await cli.run('restore', '*', '--to', 'redis://:s3cret@127.0.0.1:1');
  expect(code).toBe(3);
  expect(stderr).not.toContain('s3cret');
});

test('a database that the target refuses ends with 2, and database 0 stays as it is', async () => {
  await target.redis.set('counter', 'mine');
  const { code, stderr } = await cli.run('restore', 'count*', '--to', `${target.url}/99`, '--replace');
  expect(stderr).toMatch(/refuses database 99/);
  expect(code).toBe(2);
  expect((await cli.run('restore', 'count*', '--to', `${target.url}/abc`, '--replace')).code).toBe(2);
  expect(await target.redis.get('counter')).toBe('mine');
});

test('so does one that the source or the queue refuses, and nothing is copied', async () => {
  const nowhere = { ...cli.env, REDIS_URL: `${cli.namespace.redis.url}/99`, MONGO_DB_NAME: 'not_copied' };
  for (const argv of [['once'], ['sync', 'counter']]) {
    const { code, stderr } = await runIn(nowhere, ...argv);
    expect(stderr, argv[0]).toMatch(/refuses database 99/);
    expect(code, argv[0]).toBe(2);
  }
  const { stdout } = await runIn({ ...nowhere, REDIS_URL: cli.namespace.redis.url }, 'keys', '--json');
  expect(stdout).not.toContain('counter');
});
