import { type KeyEnd, keyIdOf, type Line, syncKey, syncKeys } from '@redis-to-mongo/pipeline';
import { fuzz, type RedisCluster, startCluster } from '@redis-to-mongo/test-kit';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import type { Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ValueUnderTest, valueUnderTest, wholeSlice } from './types/value-under-test.js';

const COLLECTIONS = ['strings', 'hashes', 'sets', 'zsets', 'lists', 'keys'];

/** All keys by one call; gives each one's result, or error. */
async function syncMany(line: Line, keys: readonly string[]): Promise<Map<string, unknown>> {
  const ends = new Map<string, unknown>();
  const settle = (key: string, end: KeyEnd) => {
    ends.set(key, 'error' in end ? end.error : end.report.result);
  };
  await syncKeys(line, keys, wholeSlice, settle);
  return ends;
}

function countsOf(ends: Map<string, unknown>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const end of ends.values()) counts[String(end)] = (counts[String(end)] ?? 0) + 1;
  return counts;
}

/** Many values, each about as large as a small one may be. */
async function fillHeavy(redis: Redis, name: string): Promise<string[]> {
  const keys = Array.from({ length: 300 }, (_, i) => `${name} ${i}`);
  for (const [i, key] of keys.entries()) await redis.set(key, Buffer.alloc(50_000, `${i % 10}`));
  return keys;
}

/** Syncs keys, and gives the most bytes that were held at once, right after a reading. */
async function mostHeld(line: Line, keys: readonly string[], others = {}): Promise<number> {
  let most = 0;
  const watched: Line = {
    ...line,
    at: (step) => {
      if (step === 'after-read') most = Math.max(most, line.budget.held);
    },
  };
  expect(countsOf(await syncMany(watched, keys))).toEqual({ synced: 300, ...others });
  expect(line.budget.held).toBe(0);
  return most;
}

describe('small values of many keys', () => {
  let under: ValueUnderTest;
  beforeAll(async () => {
    under = await valueUnderTest();
  });
  afterAll(async () => {
    await under.close();
  });

  /** So many small values of all types. */
  const fill = async (name: string, count: number) => {
    const pipeline = under.redis.pipeline();
    const keys = Array.from({ length: count }, (_, i) => `${name} ${i}`);
    for (const [i, key] of keys.entries())
      [
        () => pipeline.hset(key, 'name', `n${i}`, 'age', i),
        () => pipeline.set(key, `text ${i}`, 'PX', 3_600_000 + i),
        () => pipeline.sadd(key, 'a', 'b', `m${i}`),
        () => pipeline.zadd(key, 1.5, 'a', i, 'b'),
        () => pipeline.rpush(key, 'x', 'x', `y${i}`),
      ][i % 5]?.();
    await pipeline.exec();
    return keys;
  };

  it('are written, found unchanged, changed and retired, a few commands for hundreds of them', async () => {
    const keys = await fill('all', 700);
    under.writes.take();
    const sent = vi.spyOn(under.redis, 'sendCommand');
    expect(countsOf(await syncMany(under.line(), keys))).toEqual({ synced: 700 });
    expect(sent.mock.calls.length).toBeGreaterThan(0);
    expect(sent.mock.calls.length).toBeLessThan(100);
    sent.mockRestore();
    expect(under.writes.take()).toMatchObject({ keys: 700, hashes: 140, strings: 140, lists: 140 });
    expect(countsOf(await syncMany(under.line(), keys))).toEqual({ unchanged: 700 });
    expect(under.writes.take()).toEqual({});
    await under.redis.hset('all 5', 'age', 'changed');
    await under.redis.expire('all 10', 1000);
    expect(countsOf(await syncMany(under.line(), keys))).toEqual({ synced: 2, unchanged: 698 });
    expect(under.writes.take()).toEqual({ keys: 2, hashes: 2 });
    await under.redis.del('all 0', 'all 1', 'all 2');
    expect(countsOf(await syncMany(under.line(), keys))).toEqual({ deleted: 3, unchanged: 697 });
    expect(under.writes.take()).toEqual({ keys: 3, hashes: 1, sets: 1, strings: 1 });
    expect(countsOf(await syncMany(under.line(), keys))).toEqual({ absent: 3, unchanged: 697 });
    expect(await under.manifest('hashes', 'all 0')).toMatchObject({ active: false, size: 0, fields: {} });
  });

  it('are not read together with those that were large before, which would be read twice', async () => {
    const { redis } = under;
    const calls = async (command: string) =>
      Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(await redis.info('commandstats'))?.[1] ?? 0);
    const line = under.line({ maxInlineBytes: 100_000 });
    const readings = async (key: string, bytes: number) => {
      await redis.hset(key, 'text', Buffer.alloc(bytes, 'x'), 'more', Math.random());
      await redis.config('RESETSTAT');
      expect(countsOf(await syncMany(line, [key]))).toEqual({ synced: 1 });
      return await calls('hgetall');
    };
    expect(await readings('small', 60_000)).toBe(1);
    expect(await readings('small', 61_000)).toBe(1);
    // Alone, a server that knows details of fields is asked for them with the fields, and counts two calls.
    const first = await readings('above', 90_000);
    expect(await readings('above', 91_000)).toBe(first - 1);
    expect(await readings('above', 1_000)).toBe(first - 1);
    expect(await readings('above', 1_001)).toBe(1);
    const firstLarge = await readings('large', 150_000);
    expect(await readings('large', 151_000)).toBe(firstLarge - 1);
  });

  it('of few members that are large are never read whole, the first time neither, nor once they have grown', async () => {
    const { redis } = under;
    const isWhole = async () => (await redis.info('commandstats')).includes('cmdstat_hgetall');
    const fill = async (bytes: number) => {
      const fields = Array.from({ length: 60 }, (_, i) => [`field ${i}`, 'x'.repeat(bytes + (i % 2))]);
      await redis.hset('few large', Object.fromEntries(fields));
      await redis.config('RESETSTAT');
      expect(countsOf(await syncMany(under.line(), ['few large']))).toEqual({ synced: 1 });
    };
    await fill(9_000);
    expect(await isWhole()).toBe(false);
    await fill(1);
    await fill(9_000);
    expect(await isWhole()).toBe(false);
    expect(await under.elements('hashes', 'hash_fields', 'few large')).toHaveLength(60);
  });

  it('are read by a user who may not ask for their size in memory', async () => {
    const { redis } = under;
    await redis.hset(
      'few for plain',
      Object.fromEntries(Array.from({ length: 60 }, (_, i) => [i, 'x'.repeat(9_000)])),
    );
    await redis.call('ACL', 'SETUSER', 'plain', 'reset', 'on', 'nopass', '~*', '+@all', '-memory');
    const plain = redis.duplicate({ username: 'plain', password: 'any' });
    try {
      const keys = ['few for plain', ...(await fill('plain', 20))];
      expect(countsOf(await syncMany(under.lineOf(plain), keys))).toEqual({ synced: keys.length });
      expect(await under.elements('hashes', 'hash_fields', 'few for plain')).toHaveLength(60);
    } finally {
      plain.disconnect();
    }
  });

  it('are not held up by large ones and streams among them, and those come, too', async () => {
    const keys = await fill('beside', 300);
    for (let i = 0; i < 3; i++)
      await under.redis.sadd(`large ${i}`, ...Array.from({ length: 300 }, (_, n) => `member ${n}`));
    await under.redis.set('long text', Buffer.alloc(300_000, 'x'));
    await under.redis.xadd('stream', '1-0', 'a', 'b');
    const order: string[] = [];
    const all = ['large 0', 'stream', 'large 1', 'long text', ...keys, 'large 2', 'not there'];
    await syncKeys(under.line(), all, wholeSlice, (key) => {
      order.push(key);
    });
    expect(order.toSorted()).toEqual(all.toSorted());
    expect(order.indexOf('large 0')).toBeGreaterThan(order.indexOf('beside 299'));
    expect(await under.elements('sets', 'set_members', 'large 2')).toHaveLength(300);
    expect(await under.state('stream')).toMatchObject({ counts: { written: 1 } });
  });

  it('of more bytes than a reading may take come by several readings', async () => {
    const keys = await fillHeavy(under.redis, 'heavy');
    expect(await mostHeld(under.line(), keys)).toBeLessThan(5 * 1024 * 1024);
  });

  it('those that are found to be too large count for what one script reads, too', async () => {
    const keys = Array.from({ length: 100 }, (_, i) => `too large ${i}`);
    const fields = Array.from({ length: 400 }, (_, i) => [`f${i}`, 'x'.repeat(300)]).flat();
    for (const key of keys) await under.redis.hset(key, ...fields);
    const line = under.line({ maxInlineBytes: 1 << 20, maxInlineMembers: 1000 });
    const { source, budget } = line;
    const { found, release } = await source.readSmall(keys, budget);
    release();
    const [alone, later] = ['alone', 'later'].map((what) => found.filter((each) => each === what).length);
    // 2 MiB are 17 of them.
    expect(alone).toBeLessThan(20);
    expect(later).toBe(100 - (alone ?? 0));
    expect(countsOf(await syncMany(line, keys))).toEqual({ synced: 100 });
  });

  it('of more bytes come by several readings, also to a user who may not see one of them', async () => {
    const keys = await fillHeavy(under.redis, 'heavyRights');
    await under.redis.set('heavy secret', 'x');
    await under.redis.acl('SETUSER', 'limited', 'reset', 'on', 'nopass', '%R~heavyRights*', '+@all');
    const { host, port } = under.redis.options;
    const redis = new Redis({ host: host ?? '', port: port ?? 0, username: 'limited', password: 'any' });
    try {
      const all = [...keys.slice(0, 10), 'heavy secret', ...keys.slice(10)];
      expect(await mostHeld(under.lineOf(redis), all, { unsupported: 1 })).toBeLessThan(5 * 1024 * 1024);
    } finally {
      redis.disconnect();
    }
  });

  it('one that MongoDB refuses does not keep the others', async () => {
    const keys = await fill('refused', 300);
    await under.db.command({ collMod: 'hashes', validator: { 'fields.age': { $ne: '35' } } });
    const ends = await syncMany(under.line(), keys);
    await under.db.command({ collMod: 'hashes', validator: {} });
    expect(countsOf(ends)).toEqual({ synced: 300 });
    expect(await under.state('refused 35')).toMatchObject({ counts: { seen: 1, written: 0, dead: 1 } });
    expect(await under.state('refused 40')).toMatchObject({ counts: { seen: 1, written: 1, dead: 0 } });
    expect(await under.db.collection('dead_letters').countDocuments({ stream: 'refused 35' })).toBe(1);
    await under.redis.hset('refused 35', 'age', '36');
    expect(countsOf(await syncMany(under.line(), keys))).toEqual({ synced: 1, unchanged: 299 });
    expect(await under.db.collection('dead_letters').countDocuments({ stream: 'refused 35' })).toBe(0);
  });

  it('one whose document in `keys` was damaged fails alone', async () => {
    const keys = await fill('damaged', 20);
    await syncMany(under.line(), keys);
    await under.db
      .collection<{ _id: string }>('keys')
      .updateOne({ _id: 'damaged 5' }, { $set: { keyType: 'nonsense' } });
    await under.redis.hset('damaged 10', 'new', 'field');
    const ends = await syncMany(under.line(), keys);
    expect(ends.get('damaged 5')).toMatchObject({ code: 'KEY_STATE_INVALID' });
    expect(ends.get('damaged 10')).toBe('synced');
    expect([...ends.values()].filter((end) => end === 'unchanged')).toHaveLength(18);
  });

  it('paused keys are left alone', async () => {
    const keys = await fill('paused', 10);
    await syncMany(under.line(), keys);
    await under.db
      .collection<{ _id: string }>('keys')
      .updateOne({ _id: 'paused 5' }, { $set: { pausedAt: new Date() } });
    await under.redis.hset('paused 5', 'age', 'not to be seen');
    expect((await syncMany(under.line(), keys)).get('paused 5')).toBe('paused');
    expect((await under.manifest('hashes', 'paused 5')).fields.age).toBe('5');
  });

  it.each(['after-read', 'after-write', 'before-save', 'after-save'] as const)(
    'a worker that dies %s with hundreds of keys in hand is followed by one that mends everything',
    async (step) => {
      const keys = await fill(step, 200);
      let seen = 0;
      const dies = new Promise<void>((dead) => {
        const at: Line['at'] = (reached) => {
          if (reached !== step || ++seen < 100) return;
          dead();
          return new Promise(() => {}); // never goes on
        };
        void syncMany(under.line({}, { at }), keys);
      });
      await dies;
      await under.redis.hset(`${step} 0`, 'age', 'changed meanwhile');
      await under.redis.del(`${step} 1`);
      // What was written and not saved is taken for newer at first; the next job of such a key goes on behind it.
      const again = await syncMany(under.line(), keys);
      const left = keys.filter((key) => again.get(key) === 'overtaken');
      expect(countsOf(await syncMany(under.line(), left))).not.toHaveProperty('overtaken');
      expect(countsOf(await syncMany(under.line(), keys))).toEqual({ unchanged: 199, absent: 1 });
      expect((await under.manifest('hashes', `${step} 0`)).fields.age).toBe('changed meanwhile');
      expect(await under.db.collection('keys').countDocuments({ stream: { $in: keys } })).toBeGreaterThan(
        198,
      );
    },
  );

  it('whose runs were interrupted are searched for other values by shared commands', async () => {
    const keys = await fill('interrupted', 200);
    const line = under.line();
    await syncMany(line, keys);
    let finds = 0;
    const count = ({ commandName }: { commandName: string }) => {
      if (commandName === 'find') finds++;
    };
    under.db.client.on('commandStarted', count);
    const ends: string[] = [];
    const onEnd = (_: string, end: KeyEnd) => void ends.push('report' in end ? end.report.result : 'failed');
    await syncKeys(line, keys, wholeSlice, onEnd, { interrupted: new Set(keys) });
    under.db.client.off('commandStarted', count);
    expect(new Set(ends)).toEqual(new Set(['synced']));
    expect(finds / keys.length).toBeLessThan(4);
  });

  it('two workers with the same keys at once lose and double nothing', async () => {
    const keys = await fill('raced', 300);
    for (let round = 0; round < 3; round++) {
      const [changed = ''] = keys.slice(round * 5);
      await under.redis.hset(changed, 'age', `round ${round}`);
      await Promise.all([syncMany(under.line(), keys), syncMany(under.line(), keys.toReversed())]);
      await syncMany(under.line(), keys);
      expect(countsOf(await syncMany(under.line(), keys))).toEqual({ unchanged: 300 });
      expect((await under.manifest('hashes', changed)).fields.age).toBe(`round ${round}`);
    }
  });

  it('are read by a server that has forgotten the script', async () => {
    const keys = await fill('forgotten', 20);
    const line = under.line();
    await syncMany(line, keys);
    await under.redis.script('FLUSH');
    expect(countsOf(await syncMany(line, keys))).toEqual({ unchanged: 20 });
  });

  it.each([
    ['runs no scripts', ['~*', '+@all', '-evalsha_ro']],
    ['loads no scripts', ['~*', '+@all', '-script|load']],
    ['may not see some of them', ['%R~rights*', '+@all']],
    ['may not ask for fields', ['~*', '+@all', '-hgetall']],
  ])('a user who %s has each other key mirrored', async (name, rules) => {
    await under.redis.acl('SETUSER', 'limited', 'reset', 'on', 'nopass', ...rules);
    const { host, port } = under.redis.options;
    const redis = new Redis({ host: host ?? '', port: port ?? 0, username: 'limited', password: 'any' });
    await under.redis.script('FLUSH');
    try {
      const keys = [...(await fill(`rights ${name}`, 200)), ...(await fill(`no ${name}`, 5))];
      const ends = await syncMany(under.lineOf(redis), keys);
      const failed = [...ends].filter(([, end]) => end instanceof Error).map(([key]) => key);
      const expected = {
        'runs no scripts': [],
        'loads no scripts': [],
        'may not see some of them': [],
        'may not ask for fields': keys.filter((_, i) => i % 5 === 0),
      }[name];
      expect(failed.toSorted()).toEqual(expected?.toSorted());
      // A key that the user may not read, and that was never mirrored, is left out.
      const leftOut = [...ends].filter(([, end]) => end === 'unsupported').map(([key]) => key);
      expect(leftOut).toEqual(name === 'may not see some of them' ? keys.slice(200) : []);
      const synced = [...ends.values()].filter((end) => end === 'synced');
      expect(synced).toHaveLength(205 - failed.length - leftOut.length);
    } finally {
      redis.disconnect();
    }
  });

  it('come to the same documents as each key alone, whatever they hold', async () => {
    const bytes = fc.uint8Array({ maxLength: 20 }).map((array) => Buffer.from(array));
    const some = fc.array(
      fc.oneof(
        bytes,
        fc.string().map((text) => Buffer.from(text)),
      ),
      { minLength: 1, maxLength: 8 },
    );
    const value = fc.oneof(
      some.map((items) => ['SET', Buffer.concat(items)] as const),
      some.map((items) => ['SADD', ...items] as const),
      some.map((items) => ['RPUSH', ...items] as const),
      some.map((items) => ['HSET', ...items.flatMap((item, i) => [item, Buffer.from(`${i}`)])] as const),
      fc
        .tuple(some, fc.double({ noNaN: true }))
        .map(
          ([items, score]) =>
            ['ZADD', ...items.flatMap((item, i) => [Buffer.from(scoreText(score / (i + 1))), item])] as const,
        ),
    );
    let round = 0;
    const property = fc.asyncProperty(
      fc.uniqueArray(fc.tuple(bytes, value, fc.boolean()), {
        minLength: 1,
        maxLength: 12,
        selector: ([name]) => name.toString('hex'),
      }),
      async (values) => {
        round++;
        const named = (half: string, name: Buffer) => Buffer.concat([Buffer.from(`${half}${round}:`), name]);
        for (const half of ['a', 'm'])
          for (const [name, [command, ...args], expires] of values) {
            await under.redis.call(command, named(half, name), ...args);
            if (expires) await under.redis.pexpireat(named(half, name), 4_000_000_000_000);
          }
        const idsOf = (half: string) => values.map(([name]) => keyIdOf(named(half, name)));
        for (const key of idsOf('a')) await syncKey(under.line(), key, wholeSlice());
        const ends = await syncMany(under.line(), idsOf('m'));
        expect(countsOf(ends)).toEqual({ synced: values.length });
        expect(await documentsOf(idsOf('m'))).toEqual(await documentsOf(idsOf('a')));
        expect(countsOf(await syncMany(under.line(), idsOf('a')))).toEqual({ unchanged: values.length });
      },
    );
    await fuzz('small values by both ways', property, 40);
  });

  /** What is in MongoDB of the keys, in their order, without what tells one key or moment from another. */
  const documentsOf = async (ids: readonly string[]): Promise<Document[]> => {
    const found = await Promise.all(
      COLLECTIONS.map((name) =>
        under.db
          .collection<{ _id: string } & Document>(name)
          .find({ _id: { $in: [...ids] } })
          .toArray(),
      ),
    );
    return COLLECTIONS.flatMap((collection, c) =>
      (found[c] ?? [])
        .map(
          ({
            _id,
            stream: _s,
            syncedAt,
            savedBy,
            firstSyncedAt,
            lastSyncedAt,
            lastChangedAt,
            activity,
            position,
            ...rest
          }) => ({
            collection,
            place: ids.indexOf(_id),
            ...rest,
            ...(position ? { position: { ...position, checksum: undefined } } : {}),
          }),
        )
        .sort((a, b) => a.place - b.place),
    );
  };
});

describe('small values of many keys on a cluster', () => {
  let cluster: RedisCluster;
  let under: ValueUnderTest;
  beforeAll(async () => {
    cluster = await startCluster();
    under = await valueUnderTest();
  });
  afterAll(async () => {
    await under.close();
    await cluster.close();
  });

  it('come from whichever server holds them', async () => {
    const keys = Array.from({ length: 100 }, (_, i) => `spread ${i}`);
    for (const key of keys) await cluster.redis.hset(key, 'name', key);
    const line = under.lineOf(cluster.redis);
    expect(countsOf(await syncMany(line, keys))).toEqual({ synced: 100 });
    expect(countsOf(await syncMany(line, keys))).toEqual({ unchanged: 100 });
    expect(await under.manifest('hashes', 'spread 77')).toMatchObject({ fields: { name: 'spread 77' } });
  });

  it('of more bytes than a reading may take come by several readings', async () => {
    const keys = await fillHeavy(cluster.redis, 'heavy');
    expect(await mostHeld(under.lineOf(cluster.redis), keys)).toBeLessThan(5 * 1024 * 1024);
  });
});

function scoreText(score: number): string {
  return Number.isFinite(score) ? String(score) : score > 0 ? 'inf' : '-inf';
}
