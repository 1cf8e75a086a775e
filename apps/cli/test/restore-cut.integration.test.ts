import { startTcpProxy, type TcpProxy } from '@redis-to-mongo/local-stack';
import { afterAll, beforeAll, describe, expect, it, test, vi } from 'vitest';
import { contentOf, fillAllKinds } from './all-kinds.js';
import { type CliUnderTest, cliUnderTest, targetForTests } from './cli-under-test.js';

/** How long the proxy holds an answer back, in ms: long enough to cut the connection before it passes. */
const HELD_MS = 150;

let cli: CliUnderTest;
let proxy: TcpProxy;
const target = targetForTests();

beforeAll(async () => {
  cli = await cliUnderTest();
  proxy = await startTcpProxy(Number(new URL(target.url).port));
  await fillAllKinds(cli.redis);
  expect(await cli.run('once')).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await proxy.close();
  await cli.close();
});

/**
 * Restores one key, and does something once the target has a part of it that is not acknowledged yet.
 * @param hasPart whether it has, by the name of what is there of the key.
 */
async function restoreMeanwhile(
  key: string,
  hasPart: ((name: string) => Promise<boolean>) | undefined,
  meanwhile: (name: string) => Promise<unknown>,
) {
  proxy.delay(HELD_MS);
  const restored = cli.json('restore', key, '--replace', '--to', `redis://127.0.0.1:${proxy.port}`);
  await vi.waitFor(
    async () => {
      const [name] = await target.redis.keys('redis-to-mongo:restore:*');
      expect(name !== undefined && (await (hasPart ?? isThere)(name))).toBe(true);
      await meanwhile(name ?? '');
    },
    { interval: 10, timeout: 20_000 },
  );
  proxy.delay(0);
  return await restored;
}

/** Restores one key, and loses the connection meanwhile. */
async function restoreCut(
  key: string,
  hasPart?: (name: string) => Promise<boolean>,
  meanwhile: () => Promise<unknown> = async () => {},
) {
  await target.redis.flushall();
  return await restoreMeanwhile(key, hasPart, async () => {
    proxy.set('cut');
    await meanwhile();
    proxy.set('pass');
  });
}

async function expectWhole(key: string): Promise<void> {
  const [here, there] = [await contentOf(cli.redis), await contentOf(target.redis)];
  const id = Buffer.from(key).toString('hex');
  expect(there).toEqual({ [id]: here[id] });
}

it.each(['many-jobs', 'blob', 'orders', 'many-prices'])(
  'a part of %s that was written, and not acknowledged, is not written twice',
  async (key) => {
    expect(await restoreCut(key)).toMatchObject({ keys: [{ key, result: 'restored' }] });
    await expectWhole(key);
  },
);

describe('small keys that are written together', () => {
  const small = Array.from({ length: 20 }, (_, i) => `small:${i}`);
  beforeAll(async () => {
    for (const key of small) await cli.redis.rpush(key, 'a', 'b', 'c');
    expect(await cli.run('once', 'small:*')).toMatchObject({ code: 0 });
  });

  async function expectRestored(keys: unknown) {
    expect(keys).toMatchObject(small.map(() => ({ result: 'restored' })));
    for (const key of small) expect(await target.redis.lrange(key, 0, -1)).toEqual(['a', 'b', 'c']);
    expect(await target.redis.dbsize()).toBe(small.length);
  }

  test('parts that were not acknowledged are not written twice', async () => {
    const { keys } = await restoreCut('small:*');
    await expectRestored(keys);
  });

  test('a target that evicts some before they are renamed has them in the end', async () => {
    await target.redis.flushall();
    const { keys } = await restoreMeanwhile('small:*', undefined, async () => {
      for (const name of await target.redis.keys('*small:1*')) await target.redis.del(name);
    });
    await expectRestored(keys);
  });

  test('those that the target has stay as they are, and one that cannot be restored alone fails', async () => {
    await target.redis.flushall();
    await target.redis.set('small:3', 'mine');
    await cli.db.collection<{ _id: string }>('lists').updateOne({ _id: 'small:4' }, { $set: { size: 4 } });
    const { code, stdout } = await cli.run('restore', 'small:*', '--to', target.url);
    expect(stdout).toMatch(/^small:3 +list +there already/m);
    expect(stdout).toMatch(/^small:4 +list +failed +MIRROR_DAMAGED/m);
    expect(stdout).toContain('18 of 20 keys restored');
    expect(code).toBe(1);
    expect(await target.redis.get('small:3')).toBe('mine');
    expect(await target.redis.dbsize()).toBe(small.length - 1);
  });
});

test('a target that forgets meanwhile what it was given has the whole key in the end', async () => {
  const hasAll = async (name: string) => (await target.redis.llen(name)) === 900;
  const { keys } = await restoreCut('many-jobs', hasAll, () => target.redis.flushall());
  expect(keys).toMatchObject([{ key: 'many-jobs', result: 'restored' }]);
  await expectWhole('many-jobs');
});

it.each([
  ['many-jobs', 'the first page', async (name: string) => (await target.redis.llen(name)) === 500],
  ['many-prices', 'the last page', async (name: string) => (await target.redis.hlen(name)) === 900],
  ['orders', 'the finished stream', isPersistent],
  ['counter', 'the finished value', isPersistent],
])('%s: a target that evicts %s before it is renamed keeps the key that it had', async (key, _, hasPart) => {
  await target.redis.flushall();
  await target.redis.set(key, 'mine');
  const { keys } = await restoreMeanwhile(key, hasPart, async (name) => target.redis.del(name));
  expect(keys).toMatchObject([{ key, result: 'failed', error: { code: 'RESTORE_LOST' } }]);
  expect(await target.redis.get(key)).toBe('mine');
  expect(await target.redis.dbsize()).toBe(1);
});

const isThere = async (_name: string) => true;

async function isPersistent(name: string): Promise<boolean> {
  return (await target.redis.ttl(name)) === -1;
}

test('a key that has expired meanwhile leaves nothing of what it replaces', async () => {
  const expiresAt = new Date(Date.now() - 1);
  await cli.db.collection<{ _id: string }>('strings').updateOne({ _id: 'passing' }, { $set: { expiresAt } });
  await target.redis.set('passing', 'mine');
  const { keys } = await cli.json('restore', 'passing', '--to', target.url, '--replace');
  expect(keys).toMatchObject([{ key: 'passing', result: 'restored' }]);
  expect(await target.redis.exists('passing')).toBe(0);
});
