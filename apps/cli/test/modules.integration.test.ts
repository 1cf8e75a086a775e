import { KEY_TYPES, ruleBook } from '@redis-to-mongo/key-types';
import { isRedisForHere, type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import { mongoSink, readKey } from '@redis-to-mongo/mongo-sink';
import { ByteBudget, type Line, Slice, syncKey } from '@redis-to-mongo/pipeline';
import { addressOfUrl, connectRedis } from '@redis-to-mongo/redis-connection';
import { redisSource } from '@redis-to-mongo/redis-source';
import { testSinkOptions } from '@redis-to-mongo/test-kit';
import { isEqual, readExcerpt, verifyKey } from '@redis-to-mongo/verify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restoreKey } from '../src/restore/restore-key.js';
import { restoreValue } from '../src/restore/restore-value.js';
import { type CliUnderTest, cliUnderTest } from './cli-under-test.js';

describe.skipIf(!isRedisForHere('redis-7.4'))(
  'with RedisJSON and fields that expire (needs Linux on x86-64)',
  () => {
    // What the Redis of the other tests may not know.
    let cli: CliUnderTest;
    let server: RedisServer;
    let source: ReturnType<typeof connectRedis>;
    let target: ReturnType<typeof connectRedis>;
    let line: Line;

    beforeAll(async () => {
      cli = await cliUnderTest();
      server = await startRedis({ program: 'redis-7.4' });
      const connect = (db: number) =>
        connectRedis(addressOfUrl(`${server.url}/${db}`), () => {}, {
          enableAutoPipelining: true,
        });
      source = connect(0);
      target = connect(1);
      line = {
        source: redisSource(source, KEY_TYPES, {
          readEntries: 100,
          readBytes: 1 << 20,
          maxInlineBytes: 1000,
        }),
        sink: mongoSink(cli.db, testSinkOptions()),
        separator: ':info:',
        budget: new ByteBudget(1 << 24),
        now: () => new Date(),
      };
    });
    afterAll(async () => {
      source.disconnect();
      target.disconnect();
      await server.stop();
      await cli.close();
    });

    const sync = async (key: string) => {
      const slice = new Slice({ entries: 1000, bytes: 1 << 20, ms: 60_000 });
      expect(await syncKey(line, key, slice)).toMatchObject({ result: 'synced' });
    };

    const compare = async (key: string, type: 'json' | 'hash') =>
      await verifyKey({ redis: source, db: cli.db }, key, type, ruleBook());
    const isSame = async (key: string) => isEqual(await compare(key, 'json'));
    const restore = async (type: 'json' | 'hash', key: string) => {
      const state = await readKey(cli.db, key);
      if (state) await restoreValue(target, cli.db, type, state, false);
    };
    const lookAt = async (key: string) => {
      const state = await readKey(cli.db, key);
      return state && (await readExcerpt({ redis: source, db: cli.db }, state, 5_000));
    };

    it.each([
      ['plain', '{"a":1,"b":[true,null,"x"]}'],
      ['odd', '{"a.b":1.5,"7":[12345678901234567890]}'],
      ['large', JSON.stringify({ text: 'x'.repeat(5000) })],
    ])('a JSON document (%s) is found equal or different, and comes back by a restore', async (key, text) => {
      await source.call('JSON.SET', key, '$', text);
      await sync(key);
      expect(await isSame(key)).toBe(true);
      expect(await lookAt(key)).toMatchObject({ rows: [{ verdict: 'same' }] });
      await restore('json', key);
      expect(await target.call('JSON.GET', key, '.')).toEqual(await source.call('JSON.GET', key, '.'));
      await source.call('JSON.SET', key, '$', '{"other":1}');
      expect(await isSame(key)).toBe(false);
      expect(await lookAt(key)).toMatchObject({ rows: [{ verdict: 'different' }] });
    });

    it('fields of a hash that expire come back with their times', async () => {
      await source.hset('hash', 'stays', '1', 'goes', '2');
      await source.call('HPEXPIREAT', 'hash', '4102444800000', 'FIELDS', '1', 'goes');
      await sync('hash');
      await restore('hash', 'hash');
      expect(await target.hgetall('hash')).toEqual({ stays: '1', goes: '2' });
      expect(await target.call('HPEXPIRETIME', 'hash', 'FIELDS', '2', 'stays', 'goes')).toEqual([
        -1, 4102444800000,
      ]);
    });

    it('a hash whose fields have all expired meanwhile has not been lost', async () => {
      await source.hset('short', 'a', '1', 'b', '2');
      await source.call('HPEXPIREAT', 'short', '4102444800000', 'FIELDS', '2', 'a', 'b');
      await sync('short');
      const stored = { $set: { 'fieldsExpireAt.$[].expiresAt': new Date(0) } };
      await cli.db.collection<{ _id: string }>('hashes').updateOne({ _id: 'short' }, stored);
      await target.set('short', 'mine');
      const state = await readKey(cli.db, 'short');
      expect(
        state && (await restoreValue(target, cli.db, 'hash', state, false, Buffer.from('name'))),
      ).toEqual({ items: 2, endsAt: 0 });
      const options = { isReplaced: true, isPartial: false };
      expect(await restoreKey(target, cli.db, 'short', options)).toMatchObject({ result: 'restored' });
      expect(await target.exists('short')).toBe(0);
    });

    it.each([
      ['few fields', 3],
      ['many fields', 300],
    ])('a hash of %s whose times were changed in MongoDB is found', async (key, fields) => {
      for (let i = 0; i < fields; i++) await source.hset(key, `field ${i}`, 'x'.repeat(9));
      await source.call('HPEXPIREAT', key, '4102444800000', 'FIELDS', '1', 'field 1');
      await sync(key);
      expect((await compare(key, 'hash')).problems).toEqual([]);
      const hashes = cli.db.collection<{ _id: string }>('hashes');
      if (key === 'few fields') await hashes.updateOne({ _id: key }, { $unset: { fieldsExpireAt: 1 } });
      else
        await cli.db
          .collection('hash_fields')
          .updateOne({ key, field: 'field 1' }, { $set: { expiresAt: new Date(0) } });
      expect((await compare(key, 'hash')).problems).toEqual(['1 fields lacking, 1 too many']);
      await source.call('HPERSIST', key, 'FIELDS', '1', 'field 1');
      if (key === 'few fields') expect((await compare(key, 'hash')).problems).toEqual([]);
    });
  },
);
