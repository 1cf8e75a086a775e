import { execFile } from 'node:child_process';
import { isRedisForHere, type RedisName, type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import { builtApp } from '@redis-to-mongo/test-kit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type CliUnderTest, cliUnderTest } from './cli-under-test.js';

const BIN = builtApp('apps/cli/bin/redis-to-mongo.mjs');
const WITHIN_MS = 120_000;

/** What a server of its own has, and how it is filled: small values and large ones, with all that can be odd about them. */
interface Kind {
  readonly program: RedisName;
  readonly collections: readonly [small: string, large: string];
  fill(redis: Redis): Promise<void>;
  /** A field of one small value's document and of a part of a large one's, which is changed in MongoDB. */
  readonly damaged: readonly [small: string, large: string];
  /** Whether a restored server has the same, as far as the guarantee says. */
  expectSame(source: Redis, target: Redis): Promise<void>;
}

const VECTOR_SETS: Kind = {
  program: 'redis-8',
  collections: ['vector_sets', 'vector_set_elements'],
  fill: async (redis) => {
    const add = async (key: string, name: string | Buffer, options: readonly string[], n: number) =>
      await redis.call('VADD', key, 'VALUES', '3', String(n), '-0.25', '4', name, ...options);
    for (const [key, options] of [
      ['int8', []],
      ['bin', ['BIN']],
      ['links', ['M', '8']],
    ] as const)
      for (let n = 1; n <= 5; n++) await add(key, `element ${n}`, options, n / 3);
    await redis.call('VADD', 'f32', 'VALUES', '2', '0', '8', 'axis', 'NOQUANT');
    await add('odd', Buffer.from([0xff, 0, 0x31]), ['SETATTR', '{"year": 1999, "a.b":[true,null]}'], 1);
    await add('odd', '', [], 2);
    for (let n = 0; n < 150; n++) await add('large', `element ${n}`, ['SETATTR', `{"n":${n}}`], n + 1);
  },
  damaged: ['elements.0.norm', 'norm'],
  expectSame: async (source, target) => {
    for (const key of await source.keys('*')) {
      const names = (await source.callBuffer('VRANDMEMBER', key, '1000')) as Buffer[];
      expect(await target.call('VCARD', key)).toBe(names.length);
      for (const name of names) {
        const [vectors, attributes] = await Promise.all(
          ['VEMB', 'VGETATTR'].map(
            async (command) =>
              await Promise.all(
                [source, target].map((redis) =>
                  redis.callBuffer(command, key, name, ...(command === 'VEMB' ? ['RAW'] : [])),
                ),
              ),
          ),
        );
        const [here, there] = (vectors ?? []) as Buffer[][];
        // Quantization, vector, length and range.
        expect(there, `${key} ${name}`).toEqual(here);
        expect(attributes?.[1]).toEqual(attributes?.[0]);
      }
    }
  },
};

const TIME_SERIES: Kind = {
  program: 'redis-7.4',
  collections: ['time_series', 'time_series_samples'],
  fill: async (redis) => {
    await redis.call('TS.CREATE', 'empty', 'LABELS', 'place', 'cellar');
    const options = ['RETENTION', '0', 'ENCODING', 'UNCOMPRESSED', 'DUPLICATE_POLICY', 'MAX'];
    await redis.call('TS.CREATE', 'odd', ...options, 'IGNORE', '10', '0.5', 'LABELS', 'a.b', '$x', 'ü', '1');
    for (const [time, value] of [
      ['0', '-0.1'],
      ['4102444800000000', '1e300'],
    ] as const)
      await redis.call('TS.ADD', 'odd', time, value);
    for (let n = 0; n < 150; n++) await redis.call('TS.ADD', 'large', String(n), String(n / 3));
  },
  damaged: ['retention', 'value'],
  expectSame: async (source, target) => {
    for (const key of await source.keys('*')) {
      const [here, there] = await Promise.all(
        [source, target].map((redis) => redis.call('TS.RANGE', key, '-', '+')),
      );
      expect(there, key).toEqual(here);
    }
  },
};

describe.each([
  ['vector sets', VECTOR_SETS],
  ['time series', TIME_SERIES],
])('%s, by the command (needs Linux on x86-64)', (_, { program, collections, fill, damaged, expectSame }) => {
  describe.skipIf(!isRedisForHere(program))('as a process', () => {
    let cli: CliUnderTest;
    let source: RedisServer;
    let target: RedisServer;
    let redis: Redis;
    let restored: Redis;

    beforeAll(async () => {
      [cli, source, target] = await Promise.all([
        cliUnderTest({ VALUE_INLINE_MEMBERS: '100' }),
        startRedis({ program }),
        startRedis({ program }),
      ]);
      redis = new Redis(source.url);
      restored = new Redis(target.url);
      await fill(redis);
    });
    afterAll(async () => {
      redis.disconnect();
      restored.disconnect();
      await Promise.all([source.stop(), target.stop()]);
      await cli.close();
    });

    const run = async (server: RedisServer, ...args: string[]): Promise<Answer> => {
      const env = { PATH: process.env.PATH ?? '', ...cli.env, REDIS_URL: server.url };
      return await new Promise((resolve) => {
        execFile(process.execPath, [BIN, ...args], { env, timeout: WITHIN_MS }, (error, stdout, stderr) =>
          resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
        );
      });
    };

    it('are copied, verified, restored into an empty Redis, and what is there is the same', async () => {
      expect(await run(source, 'once')).toMatchObject({ code: 0 });
      for (const name of collections)
        expect(await cli.db.collection(name).countDocuments({}), name).toBeGreaterThan(0);
      expect(await run(source, 'verify')).toMatchObject({ code: 0 });
      expect(await run(source, 'restore', '*', '--to', target.url)).toMatchObject({ code: 0 });
      await expectSame(redis, restored);
      expect(await run(target, 'verify', '--settle', '0')).toMatchObject({ code: 0 });
    });

    it('that were changed in MongoDB are found and repaired', async () => {
      for (const [i, field] of damaged.entries())
        expect(
          await cli.db
            .collection(collections[i] ?? '')
            .updateOne({ [field]: { $exists: true } }, { $set: { [field]: 17 } }),
        ).toMatchObject({ modifiedCount: 1 });
      const found = await run(source, 'verify', '--json', '--settle', '0');
      expect(found.code).toBe(1);
      expect(JSON.parse(found.stdout).differing).toHaveLength(2);
      expect(await run(source, 'verify', '--repair', '--settle', '0')).toMatchObject({ code: 0 });
      expect(await run(source, 'verify')).toMatchObject({ code: 0 });
    });
  });
});
