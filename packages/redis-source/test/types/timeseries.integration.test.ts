import { valueType } from '@redis-to-mongo/key-types';
import { isRedisForHere, type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import { decodeContent } from '@redis-to-mongo/pipeline';
import { readItems } from '@redis-to-mongo/redis-source';
import { Command, type Redis } from 'ioredis';
import type { Db, Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Conformance, describeConformance } from './conformance.js';
import { storedValue } from './stored-value.js';
import { type ValueUnderTest, valueUnderTest } from './value-under-test.js';

const NAMES = { collection: 'time_series', memberCollection: 'time_series_samples' };
const START = 1_700_000_000_000;
const YEAR_10000 = 253_402_300_800_000;
const LATEST = 2 ** 52;

const TIMESERIES: Conformance = {
  keyType: 'timeseries',
  sizes: { many: 60, huge: 120 },
  stored: NAMES,
  async fill(redis, key, items) {
    const pipeline = redis.pipeline();
    for (let i = 0; i < items; i++)
      pipeline.call('TS.ADD', key, START + i * 1000, Math.sin(i), 'ON_DUPLICATE', 'LAST', 'LABELS', 'a', 'b');
    await pipeline.exec();
  },
  async fillHard(redis, key) {
    await redis.del(key);
    const labels = [
      'a.b',
      '1',
      '$set',
      '2',
      '10',
      '3',
      '__proto__',
      'é',
      Buffer.from([0xff]),
      Buffer.from([0xfe, 0]),
    ];
    await redis.call('TS.CREATE', key, 'DUPLICATE_POLICY', 'MIN', 'CHUNK_SIZE', '128', 'LABELS', ...labels);
    const values = [
      '-0',
      '5e-324',
      '1.7976931348623157e308',
      '0.30000000000000004',
      '-1e-7',
      '12345678901234567',
    ];
    for (const [i, value] of values.entries()) await redis.call('TS.ADD', key, i, value);
    await redis.call('TS.ADD', key, YEAR_10000, '1');
    await redis.call('TS.ADD', key, LATEST, '2');
  },
  change: (redis, key, number) =>
    redis
      .multi()
      .call('TS.ADD', key, START + 5000, number + 0.5, 'ON_DUPLICATE', 'LAST')
      .call('TS.ADD', key, START + 500 + number, number)
      .call('TS.DEL', key, START + 499 + number, START + 499 + number)
      .call('TS.ALTER', key, 'LABELS', 'number', number)
      .exec(),
  ofRedis,
  ofMongo,
};

describe.skipIf(!isRedisForHere('redis-7.4'))('with RedisTimeSeries (needs Linux on x86-64)', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis({ program: 'redis-7.4' });
  });
  afterAll(async () => {
    await server.stop();
  });

  describeConformance(TIMESERIES, () => ({ redisUrl: server.url }));

  describe('timeseries: its own', () => {
    let under: ValueUnderTest;
    beforeAll(async () => {
      under = await valueUnderTest({ redisUrl: server.url });
    });
    afterAll(async () => {
      await under.close();
    });
    const expectSame = async (key: string) =>
      expect(await ofMongo(under.db, key)).toEqual(await ofRedis(under.redis, key));

    it('labels and values can be asked for, and samples are in order of time', async () => {
      const { redis, db } = under;
      const options = ['RETENTION', '86400000', 'DUPLICATE_POLICY', 'LAST', 'IGNORE', '10', '0.5'];
      await redis.call('TS.CREATE', 'heat', ...options, 'LABELS', 'room', 'kitchen', 'floor', '1');
      for (const [at, value] of [
        [2000, 21.5],
        [1000, 20.25],
        [3000, -3],
      ])
        await redis.call('TS.ADD', 'heat', String(at), String(value));
      await under.sync('heat');
      const found = await db
        .collection(NAMES.collection)
        .findOne({ 'labels.room': 'kitchen', 'samples.value': { $gt: 21 } });
      expect(found).toMatchObject({
        _id: 'heat',
        form: 'inline',
        size: 4,
        labels: { room: 'kitchen', floor: '1' },
        retention: 86_400_000,
        chunkSize: 4096,
        encoding: 'compressed',
        duplicatePolicy: 'last',
        ignoreMaxTimeDiff: 10,
        ignoreMaxValDiff: 0.5,
      });
      expect(found?.samples).toEqual([
        { at: new Date(1000), value: 20.25 },
        { at: new Date(2000), value: 21.5 },
        { at: new Date(3000), value: -3 },
      ]);
    });

    // The module takes this name for an option, too.
    it('a series without samples is there, and one whose samples are deleted stays', async () => {
      const { redis } = under;
      await redis.call('TS.CREATE', 'empty', 'LABELS', 'a', 'b');
      expect((await under.sync('empty')).result).toBe('synced');
      expect(await under.manifest(NAMES.collection, 'empty')).toMatchObject({
        samples: [],
        labels: { a: 'b' },
      });
      await redis.call('TS.ADD', 'empty', 1, 1);
      await under.sync('empty');
      await expectSame('empty');
      await redis.call('TS.DEL', 'empty', 0, 10);
      await under.sync('empty');
      expect(await under.manifest(NAMES.collection, 'empty')).toMatchObject({ samples: [], active: true });
    });

    it.each([
      ['few', 10, 5],
      ['many', 1000, 300],
    ])(
      'what the retention hides is not mirrored, and does not count: of %s samples',
      async (key, all, kept) => {
        await under.redis.call('TS.CREATE', key, 'RETENTION', (kept - 1) * 10);
        for (let i = 0; i < all; i++) await under.redis.call('TS.ADD', key, i * 10, i);
        expect((await under.sync(key)).result).toBe('synced');
        expect(await under.manifest(NAMES.collection, key)).toMatchObject({ size: kept + 1 });
        await expectSame(key);
        expect((await under.sync(key)).result).toBe('unchanged');
      },
    );

    it('a series that a compaction rule fills is mirrored as it is, without the open bucket', async () => {
      const { redis } = under;
      await redis.call('TS.CREATE', 'source');
      await redis.call('TS.CREATE', 'sums');
      await redis.call('TS.CREATERULE', 'source', 'sums', 'AGGREGATION', 'sum', '100');
      for (const round of [0, 1, 2]) {
        for (let i = 0; i < 100; i++) await redis.call('TS.ADD', 'source', 1000 * round + i * 10, i);
        expect((await under.sync('sums')).result).toBe('synced');
        await expectSame('sums');
      }
      const { samples } = await under.manifest(NAMES.collection, 'sums');
      expect(samples[0]).toEqual({ at: new Date(0), value: 45 });
      expect(samples.length).toBe(29);
    });

    it('to be read does not mark a series as changed', async () => {
      const { redis } = under;
      const long = 'abc'.repeat(100);
      await redis.call('TS.ADD', 'read', 1, 1, 'LABELS', 'number', '-300', 'large', '70000', 'long', long);
      const watching = redis.duplicate({ enableAutoPipelining: false });
      try {
        await watching.watch('read');
        expect((await under.sync('read')).result).toBe('synced');
        await under.sync('read');
        expect(await watching.multi().exists('read').exec()).toEqual([[null, 1]]);
      } finally {
        watching.disconnect();
      }
      await expectSame('read');
    });

    it('a time that scripts cannot read exactly is refused, and reported', async () => {
      await under.redis.call('TS.ADD', 'nanoseconds', '1700000000000000001', '1');
      await expect(under.sync('nanoseconds')).rejects.toMatchObject({
        code: 'REDIS_REPLY',
        message: expect.stringContaining('KEY_EXCLUDE'),
      });
    });

    it.each([
      ['plain', 50, []],
      ['all settings', 1500, ['RETENTION', '100000', 'ENCODING', 'UNCOMPRESSED', 'CHUNK_SIZE', '1024']],
      ['what it would ignore', 50, ['DUPLICATE_POLICY', 'LAST', 'IGNORE', '100000', '0.25']],
      ['hard', 0, []],
    ])('%s: what is restored has the same samples, labels and settings', async (key, samples, options) => {
      const { redis, db } = under;
      if (samples === 0) await TIMESERIES.fillHard(redis, key);
      else {
        await redis.call('TS.CREATE', key, ...options.slice(0, 6), 'LABELS', 'a', 'b', 'c.d', 'e');
        for (let i = 0; i < samples; i++)
          await redis.call('TS.ADD', key, START + i * 10, Math.floor(i / 7) / 10);
      }
      // Samples are there that it would not take any more.
      if (options.includes('IGNORE')) await redis.call('TS.ALTER', key, ...options);
      await under.sync(key);
      const { restore, stored } = valueType('timeseries');
      const value = await storedValue(db, NAMES, key);
      const items = value?.elements
        ? value.elements.map(stored.element)
        : [...stored.inline(value?.manifest ?? {})];
      const read: (readonly Buffer[])[] = [];
      for await (const item of readItems(redis, valueType('timeseries'), Buffer.from(key))) read.push(item);
      expect(sorted(items)).toEqual(sorted(read));
      const copy = `copy of ${key}`;
      for (const [name, ...words] of restore.commands(Buffer.from(copy), items))
        await redis.call(name, ...words);
      expect(await ofRedis(redis, copy)).toEqual(await ofRedis(redis, key));
    });
  });
});

function sorted(items: readonly (readonly Buffer[])[]): readonly string[] {
  return items.map((item) => item.map((part) => part.toString('hex')).join(' ')).sort();
}

async function ask(redis: Redis, name: string, ...words: string[]): Promise<unknown[]> {
  const reply: unknown = await redis.sendCommand(new Command(name, words, { replyEncoding: null }));
  return Array.isArray(reply) ? reply : [];
}

/** Read by two commands of the module, not by a script. */
async function ofRedis(redis: Redis, key: string) {
  if ((await redis.exists(key)) === 0) return null;
  const samples = await ask(redis, 'TS.RANGE', key, '-', '+');
  const info = await ask(redis, 'TS.INFO', key);
  const reply = new Map(
    info.flatMap((name, i) => (i % 2 === 0 ? [[String(name), info[i + 1]] as const] : [])),
  );
  return {
    samples: samples.map((each) => {
      const [at, value] = Array.isArray(each) ? each : [];
      return `${at} ${textOf(Number(String(value)))}`;
    }),
    labels: pairsOf(listOf(reply.get('labels')).flat()).map((pair) => pair.map(hex)),
    settings: [
      Number(reply.get('retentionTime')),
      Number(reply.get('chunkSize')),
      String(reply.get('chunkType')),
      String(reply.get('duplicatePolicy') ?? null),
      Number(reply.get('ignoreMaxTimeDiff')),
      Number(String(reply.get('ignoreMaxValDiff'))),
    ],
  };
}

async function ofMongo(db: Db, key: string) {
  const stored = await storedValue(db, NAMES, key);
  if (!stored) return null;
  const { manifest, elements } = stored;
  const samples: Document[] = elements ? elements.filter(({ at }) => at) : manifest.samples;
  const settings = elements ? elements.filter(({ at }) => !at) : [manifest];
  if (samples.length + 1 !== manifest.size || settings.length !== 1)
    throw new Error(`${key}: the size is not that of its samples`);
  const [reply = {}] = settings;
  const times = samples.map(({ at, atText, value, valueText }) => ({
    time: Number(atText ?? at.getTime()),
    value: textOf(Number(valueText ?? value)),
  }));
  if (elements) times.sort((a, b) => a.time - b.time);
  return {
    samples: times.map(({ time, value }) => `${time} ${value}`),
    labels: decodeContent(reply.labels).map((pair) => pair.map(hex)),
    settings: [
      reply.retention,
      reply.chunkSize,
      reply.encoding,
      reply.duplicatePolicy ?? 'null',
      reply.ignoreMaxTimeDiff,
      reply.ignoreMaxValDiff,
    ],
  };
}

function textOf(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function pairsOf(flat: readonly unknown[]): readonly (readonly unknown[])[] {
  return flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1]]] : []));
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function hex(value: unknown): string {
  return Buffer.isBuffer(value) ? value.toString('hex') : '';
}
