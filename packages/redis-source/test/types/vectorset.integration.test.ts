import { valueType } from '@redis-to-mongo/key-types';
import { isRedisForHere, type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import { readItems } from '@redis-to-mongo/redis-source';
import { Command, type Redis } from 'ioredis';
import type { Db, Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Conformance, describeConformance } from './conformance.js';
import { hexOf, storedValue } from './stored-value.js';
import { type ValueUnderTest, valueUnderTest } from './value-under-test.js';

const NAMES = { collection: 'vector_sets', memberCollection: 'vector_set_elements' };

const VECTORSET: Conformance = {
  keyType: 'vectorset',
  sizes: { many: 60, huge: 120 },
  stored: NAMES,
  async fill(redis, key, items) {
    const pipeline = redis.pipeline();
    for (let i = 0; i < items; i++) pipeline.call('VADD', key, ...vector(i), `element ${i}`);
    await pipeline.exec();
  },
  async fillHard(redis, key) {
    await redis.call('VADD', key, ...vector(1), Buffer.from([0xff, 0x00]), 'SETATTR', '{ "a.b": 1 }');
    await redis.call('VADD', key, ...vector(2), '', 'SETATTR', '{"year":1984,"_bsontype":"x"}');
    await redis.call('VADD', key, 'VALUES', '3', '0', '0', '0', 'nowhere');
  },
  change: (redis, key, number) =>
    redis
      .multi()
      .call('VADD', key, ...vector(number + 0.5), 'element 5', 'SETATTR', `{"number":${number}}`)
      .call('VADD', key, ...vector(-number), `new ${number}`)
      .call('VREM', key, `new ${number - 1}`)
      .exec(),
  ofRedis,
  ofMongo,
};

describe.skipIf(!isRedisForHere('redis-8'))('on Redis 8 (needs Linux on x86-64)', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis({ program: 'redis-8' });
  });
  afterAll(async () => {
    await server.stop();
  });

  describeConformance(VECTORSET, () => ({ redisUrl: server.url }));

  describe('vectorset: its own', () => {
    let under: ValueUnderTest;
    beforeAll(async () => {
      under = await valueUnderTest({ redisUrl: server.url });
    });
    afterAll(async () => {
      await under.close();
    });

    it('attributes can be asked for, and the text comes back as it was', async () => {
      await under.redis.call('VADD', 'films', ...vector(1), 'a', 'SETATTR', '{"year":1984}');
      await under.redis.call('VADD', 'films', ...vector(2), 'b', 'SETATTR', '{ "year": 1985 }');
      await under.sync('films');
      const found = await under.db.collection(NAMES.collection).findOne({ 'elements.attributes.year': 1985 });
      expect(found?.elements).toMatchObject([
        { element: 'a', attributes: { year: 1984 }, quantization: 'int8', links: 16, dimensions: 3 },
        { element: 'b', attributes: { year: 1985 }, attributesText: '{ "year": 1985 }' },
      ]);
    });

    it.each(['Q8', 'BIN', 'NOQUANT'])(
      '%s: what is restored has the same quantized vectors',
      async (option) => {
        const { redis } = under;
        for (let i = 1; i <= 50; i++) {
          const numbers = Array.from({ length: 20 }, (_, at) => String(Math.sin(i * (at + 1)) * i));
          const set = i % 2 ? ['SETATTR', `{"i": ${i}}`] : [];
          await redis.call(
            'VADD',
            option,
            'VALUES',
            '20',
            ...numbers,
            `element ${i}`,
            option,
            ...set,
            'M',
            '8',
          );
        }
        const { restore } = valueType('vectorset');
        const items: (readonly Buffer[])[] = [];
        for await (const item of readItems(redis, valueType('vectorset'), Buffer.from(option)))
          items.push(item);
        const copy = `copy of ${option}`;
        for (const [name, ...words] of restore.commands(Buffer.from(copy), items))
          await redis.call(name, ...words);
        const [one, other] = [await elements(redis, option), await elements(redis, copy)];
        expect(other.length).toBe(50);
        for (const [i, each] of one.entries()) {
          const there = other[i];
          expect({ ...there, vector: '', length: 0, range: 0 }).toEqual({
            ...each,
            vector: '',
            length: 0,
            range: 0,
          });
          if (option !== 'NOQUANT') expect(there?.vector).toBe(each.vector);
          else expectClose(floatsIn(there?.vector), floatsIn(each.vector));
          expectClose([there?.length ?? 0, there?.range ?? 0], [each.length, each.range]);
        }
      },
    );
  });
});

function vector(n: number): string[] {
  return ['VALUES', '3', String(n + 1), String(n * n - 3), String(0.1 - n)];
}

function floatsIn(hex = ''): readonly number[] {
  const bytes = Buffer.from(hex, 'hex');
  return Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
}

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  for (const [i, number] of expected.entries())
    expect(Math.abs((actual[i] ?? Number.NaN) - number)).toBeLessThanOrEqual(
      1e-6 * Math.max(1, Math.abs(number)),
    );
}

/** Read element by element, each by its own commands. */
async function elements(redis: Redis, key: string) {
  const ask = (name: string, ...words: string[]) =>
    redis.sendCommand(new Command(name, words, { replyEncoding: null })) as Promise<unknown>;
  const size = Number(await redis.call('VCARD', key));
  const names = size === 0 ? [] : ((await ask('VRANDMEMBER', key, String(size))) as Buffer[]);
  const all = await Promise.all(
    names.map(async (name) => {
      const [kind, bytes, length, range] = (await redis.sendCommand(
        new Command('VEMB', [key, name, 'RAW'], { replyEncoding: null }),
      )) as unknown[];
      const attributes = await redis.sendCommand(
        new Command('VGETATTR', [key, name], { replyEncoding: null }),
      );
      return {
        element: name.toString('hex'),
        kind: String(kind),
        vector: (bytes as Buffer).toString('hex'),
        length: Number(String(length)),
        range: range === undefined ? 0 : Number(String(range)),
        attributes: attributes === null ? '' : String(attributes),
      };
    }),
  );
  return all.sort((a, b) => (a.element < b.element ? -1 : 1));
}

async function ofRedis(redis: Redis, key: string) {
  const found = await elements(redis, key);
  return found.length === 0 ? null : found;
}

async function ofMongo(db: Db, key: string) {
  const stored = await storedValue(db, NAMES, key);
  if (!stored) return null;
  const all: Document[] = stored.elements ?? stored.manifest.elements;
  if (all.length !== stored.manifest.size) throw new Error(`${key}: the size is not that of its elements`);
  return all
    .map(({ element, vector: bytes, quantization, norm, range, attributes, attributesText }) => ({
      element: hexOf(element),
      kind: quantization,
      vector: hexOf(bytes),
      length: norm,
      range: range ?? 0,
      attributes: attributesText ?? (attributes === undefined ? '' : JSON.stringify(attributes)),
    }))
    .sort((a, b) => (a.element < b.element ? -1 : 1));
}
