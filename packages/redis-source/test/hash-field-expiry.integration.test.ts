import { valueType } from '@redis-to-mongo/key-types';
import {
  isRedisForHere,
  type RedisName,
  type RedisServer,
  startRedis,
  startTcpProxy,
} from '@redis-to-mongo/local-stack';
import { syncKey, syncKeys } from '@redis-to-mongo/pipeline';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ItemReader } from '../src/values/item-reader.js';
import { serverSource } from '../src/values/server-source.js';
import { syncAmongMany } from './types/sync-among-many.js';
import { type ValueUnderTest, valueUnderTest, wholeSlice } from './types/value-under-test.js';

const LATE = 4_000_000_000_000;

const YEAR_10_000 = Date.UTC(10_000, 0);

/** With the latest time that a field may have there. */
describe.each<[string, RedisName, number]>([
  ['Valkey 9', 'valkey-9', YEAR_10_000],
  ['Redis 7.4 (needs Linux on x86-64)', 'redis-7.4', 2 ** 46 - 1],
])('a hash whose fields expire, on %s', (_, program, latest) => {
  describe.skipIf(!isRedisForHere(program))('what is in MongoDB', () => {
    let server: RedisServer;
    let under: ValueUnderTest;
    let writer: Redis;
    let stop: (() => Promise<void>) | undefined;
    beforeAll(async () => {
      server = await startRedis({ program, args: ['--enable-debug-command', 'yes'] });
      under = await valueUnderTest({ redisUrl: server.url });
      writer = new Redis(server.url);
    });
    afterEach(async () => {
      await stop?.();
      stop = undefined;
    });
    afterAll(async () => {
      writer.disconnect();
      await under.close();
      await server.stop();
    });

    /** Writes state after state without a pause, each by one MULTI. `only` is a field's name in this state alone. */
    const writeAllTheTime = (key: string, only: (i: number) => string) => {
      let isDone = false;
      const writing = (async () => {
        for (let i = 1; !isDone; i++)
          await writer
            .multi()
            .del(key)
            .hset(key, 'same', i, only(i), i, 'never', i)
            .call('HPEXPIREAT', key, String(LATE + i), 'FIELDS', '2', 'same', only(i))
            .exec();
      })();
      stop = async () => {
        isDone = true;
        await writing;
      };
    };

    it.each([
      ['which names it has changes, too', (i: number) => `only ${i}`, syncKey],
      ['its names stay', () => 'other', syncKey],
      ['among many, which names it has changes, too', (i: number) => `only ${i}`, syncAmongMany],
      ['among many, its names stay', () => 'other', syncAmongMany],
    ])(
      'changed all the time by MULTI, it is a state that the hash had, at every read: %s',
      async (name, only, sync) => {
        writeAllTheTime(name, only);
        const states: unknown[] = [];
        while (states.length < 60) {
          if ((await sync(under.line(), name, wholeSlice())).result !== 'synced') continue;
          const { fields, fieldsExpireAt } = await under.manifest('hashes', name);
          states.push({ fields, fieldsExpireAt: new Set(fieldsExpireAt) });
        }
        const had = states.map((state) => {
          const i = numberOf(state);
          const expiresAt = new Date(LATE + i);
          return {
            fields: { same: `${i}`, [only(i)]: `${i}`, never: `${i}` },
            fieldsExpireAt: new Set([
              { field: 'same', expiresAt },
              { field: only(i), expiresAt },
            ]),
          };
        });
        expect(states).toEqual(had);
        expect(new Set(states.map(numberOf)).size).toBeGreaterThan(30);
      },
    );

    it('has the times of single fields, and has them no more once they persist', async () => {
      await writer.hset('session', 'user', 'ada', 'token', 't');
      await writer.call('HPEXPIREAT', 'session', LATE, 'FIELDS', '1', 'token');
      await under.sync('session');
      expect(await under.manifest('hashes', 'session')).toMatchObject({
        fields: { user: 'ada', token: 't' },
        fieldsExpireAt: [{ field: 'token', expiresAt: new Date(LATE) }],
      });
      expect((await under.sync('session')).result).toBe('unchanged');
      const amongMany = () => syncAmongMany(under.line(), 'session', wholeSlice());
      expect((await amongMany()).result).toBe('unchanged');
      await writer.call('HPEXPIREAT', 'session', LATE + 1, 'FIELDS', '1', 'token');
      expect((await amongMany()).result).toBe('synced');
      expect(await under.manifest('hashes', 'session')).toMatchObject({
        fieldsExpireAt: [{ field: 'token', expiresAt: new Date(LATE + 1) }],
      });
      expect((await under.sync('session')).result).toBe('unchanged');
      await writer.call('HPERSIST', 'session', 'FIELDS', '1', 'token');
      await under.sync('session');
      expect(await under.manifest('hashes', 'session')).not.toHaveProperty('fieldsExpireAt');
    });

    it('has them when two hashes are read at once by a process that does not know yet whether the server has them', async () => {
      const keys = ['one of two', 'two of two'];
      for (const key of keys) {
        await writer.hset(key, 'user', 'ada', 'token', 't');
        await writer.call('HPEXPIREAT', key, LATE, 'FIELDS', '1', 'token');
      }
      const line = under.line();
      await Promise.all(keys.map((key) => syncKey(line, key, wholeSlice())));
      for (const key of keys)
        expect(await under.manifest('hashes', key)).toMatchObject({
          fieldsExpireAt: [{ field: 'token', expiresAt: new Date(LATE) }],
        });
    });

    it('has them in the documents of a large hash', async () => {
      await fillLarge('large');
      await writer.call('HPEXPIREAT', 'large', LATE, 'FIELDS', '1', 'field 7');
      await under.sync('large');
      const elements = await under.elements('hashes', 'hash_fields', 'large');
      expect(elements).toHaveLength(2500);
      expect(elements.filter(({ expiresAt }) => expiresAt)).toMatchObject([
        { field: 'field 7', value: 'value 7', expiresAt: new Date(LATE) },
      ]);
    });

    it('has the latest date for times beyond the year 9999, as for the key’s own', async () => {
      await fillLarge('late and large');
      await writer.hset('late', 'a', '1');
      for (const key of ['late', 'late and large']) {
        await writer.pexpireat(key, YEAR_10_000 + 1000);
        const [field] = await writer.hkeys(key);
        await writer.call('HPEXPIREAT', key, latest, 'FIELDS', '1', field ?? '');
        await under.sync(key);
        expect(await under.manifest('hashes', key)).toMatchObject({ expiresAt: new Date(YEAR_10_000 - 1) });
        expect((await under.sync(key)).result).toBe('unchanged');
      }
      const fieldExpiresAt = new Date(Math.min(latest, YEAR_10_000 - 1));
      expect(await under.manifest('hashes', 'late')).toMatchObject({
        fieldsExpireAt: [{ field: 'a', expiresAt: fieldExpiresAt }],
      });
      const elements = await under.elements('hashes', 'hash_fields', 'late and large');
      expect(elements.flatMap(({ expiresAt }) => expiresAt ?? [])).toEqual([fieldExpiresAt]);
    });

    it('does not come from pages between which a field has expired', async () => {
      await fillLarge('pages');
      await writer.call('DEBUG', 'SET-ACTIVE-EXPIRE', '0');
      const reader = new ItemReader(under.redis, serverSource(valueType('hash').source), 20);
      const pages = reader.paged(Buffer.from('pages'));
      const first = await pages.next();
      const name = first.done ? undefined : first.value[0]?.[0];
      if (!name) throw new Error('there is no first page');
      await pages.return({ isWhole: false, isGone: false, expiresAt: null });

      await writer.call('HPEXPIRE', 'pages', '2000', 'FIELDS', '1', name);
      const again = reader.paged(Buffer.from('pages'));
      const page = await again.next();
      expect(page.done ? [] : page.value.map(([field]) => field)).toContainEqual(name);
      await expect.poll(() => writer.hexists('pages', name), { timeout: 20_000 }).toBe(0);
      let step = page;
      while (!step.done) step = await again.next();
      expect(step.value).toMatchObject({ isWhole: false });
    });

    it('has them where many keys are read together, though the first of these is a stream', async () => {
      await writer.xadd('a stream', '1-0', 'a', '1');
      await writer.hset('one of many', 'a', '1', 'b', '2');
      await writer.call('HPEXPIREAT', 'one of many', LATE, 'FIELDS', '1', 'b');
      const ends: unknown[] = [];
      await syncKeys(under.line(), ['a stream', 'one of many'], wholeSlice, (key, end) => {
        ends.push([key, 'report' in end ? end.report.result : end.error]);
      });
      expect(new Set(ends)).toEqual(
        new Set([
          ['a stream', 'synced'],
          ['one of many', 'synced'],
        ]),
      );
      expect(await under.manifest('hashes', 'one of many')).toMatchObject({
        fieldsExpireAt: [{ field: 'b', expiresAt: new Date(LATE) }],
      });
    });

    it('has them once its server was upgraded from one that knows none, while a worker runs', async () => {
      const old = await startRedis();
      const proxy = await startTcpProxy(old.port);
      const [before, redis] = [new Redis(old.url), new Redis(proxy.port)];
      redis.on('error', () => {});
      try {
        const line = under.lineOf(redis);
        const keys = ['upgraded', 'upgraded among many'];
        const syncAll = async () => {
          await syncKey(line, 'upgraded', wholeSlice());
          await syncAmongMany(line, 'upgraded among many', wholeSlice());
        };
        for (const key of keys) await before.hset(key, 'user', 'ada', 'token', 't');
        await syncAll();
        for (const key of keys) {
          await writer.hset(key, 'user', 'ada', 'token', 't');
          await writer.call('HPEXPIREAT', key, LATE, 'FIELDS', '1', 'token');
        }
        proxy.lead(server.port);
        proxy.set('cut');
        proxy.set('pass');
        await syncAll();
        for (const key of keys)
          expect(await under.manifest('hashes', key)).toMatchObject({
            fieldsExpireAt: [{ field: 'token', expiresAt: new Date(LATE) }],
          });
      } finally {
        before.disconnect();
        redis.disconnect();
        await proxy.close();
        await old.stop();
      }
    });

    it('is read without such times by a user who may not ask for them', async () => {
      await writer.acl('SETUSER', 'reader', 'on', 'nopass', '~*', '+@all', '-hpexpiretime');
      const redis = new Redis(server.url, { username: 'reader', password: 'any' });
      try {
        await writer.hset('short', 'a', '1');
        const pages = new ItemReader(redis, serverSource(valueType('hash').source), 20).atomic(
          Buffer.from('short'),
        );
        expect(await pages.next()).toMatchObject({ value: [[Buffer.from('a'), Buffer.from('1')]] });
      } finally {
        redis.disconnect();
      }
    });

    it('says what is lacking where names change all the time, and scripts are not allowed', async () => {
      await writer.acl('SETUSER', 'no-scripts', 'on', 'nopass', '~*', '+@all', '-eval_ro');
      const redis = new Redis(server.url, { username: 'no-scripts', password: 'any' });
      try {
        const reader = new ItemReader(redis, serverSource(valueType('hash').source), 20);
        writeAllTheTime('restless', (i) => `only ${i}`);
        const outcomes = await Promise.all(
          Array.from({ length: 20 }, () =>
            reader
              .atomic(Buffer.from('restless'))
              .next()
              .then(
                ({ value }) =>
                  new Set(Array.isArray(value) ? value.map(([, text]) => String(text)) : []).size,
                (error: unknown) => error,
              ),
          ),
        );
        for (const outcome of outcomes)
          if (outcome !== 1)
            expect(outcome).toMatchObject({
              code: 'VALUE_KEEPS_CHANGING',
              message: expect.stringMatching(/EVAL_RO/),
            });
      } finally {
        redis.disconnect();
      }
    });

    async function fillLarge(key: string): Promise<void> {
      await writer.hset(
        key,
        Object.fromEntries(Array.from({ length: 2500 }, (_, i) => [`field ${i}`, `value ${i}`])),
      );
    }
  });
});

function numberOf(state: unknown): number {
  return Number(/"same":"(\d+)"/.exec(JSON.stringify(state))?.[1]);
}
