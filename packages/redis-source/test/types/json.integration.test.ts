import { isRedisForHere, type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import { bytesOf } from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';
import type { Db } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Conformance, describeConformance } from './conformance.js';
import { storedValue } from './stored-value.js';
import { type ValueUnderTest, valueUnderTest } from './value-under-test.js';

const NAMES = { collection: 'json', memberCollection: 'json_parts' };

const JSON_TYPE: Conformance = {
  keyType: 'json',
  sizes: { many: 100, huge: 20_000 },
  stored: NAMES,
  fill: (redis, key, items) =>
    redis.call(
      'JSON.SET',
      key,
      '$',
      JSON.stringify({ items: Array.from({ length: items }, (_, i) => `item ${i}`) }),
    ),
  fillHard: (redis, key) =>
    redis.call(
      'JSON.SET',
      ...[key, '$'],
      '{"":1,"a.b":{"$set":[null,true,"\\u0000ÿ"]},"10":"x","9":9007199254740993,"n":-1.5e-7,"deep":[[[{}]]],"_bsontype":"ObjectId","in":{"_bsontype":null,"toBSON":1}}',
    ),
  change: (redis, key, number) => redis.call('JSON.SET', key, '$.changed', String(number)),
  ofRedis,
  ofMongo,
};

describe.skipIf(!isRedisForHere('redis-7.4'))('with RedisJSON (needs Linux on x86-64)', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis({ program: 'redis-7.4' });
  });
  afterAll(async () => {
    await server.stop();
  });

  describeConformance(JSON_TYPE, () => ({ redisUrl: server.url }));

  describe('json: its own', () => {
    let under: ValueUnderTest;
    beforeAll(async () => {
      under = await valueUnderTest({ redisUrl: server.url });
    });
    afterAll(async () => {
      await under.close();
    });

    it('an ordinary document can be asked for what it holds, and needs no text', async () => {
      await under.redis.call('JSON.SET', 'user', '$', '{"name":"Ada","tags":["a","b"],"age":36,"score":1.5}');
      await under.sync('user');
      const found = await under.db.collection('json').findOne({ 'value.name': 'Ada', 'value.tags': 'b' });
      expect(found).toMatchObject({
        _id: 'user',
        value: { name: 'Ada', age: 36, score: 1.5 },
        form: 'inline',
      });
      expect(found).not.toHaveProperty('text');
    });

    it('what a document would lose, the text keeps', async () => {
      await JSON_TYPE.fillHard(under.redis, 'odd');
      await under.sync('odd');
      const { value, text } = await under.manifest('json', 'odd');
      expect(text).toBe(await under.redis.call('JSON.GET', 'odd', '.'));
      expect(value).toContainEqual(['deep', [[[{}]]]]);
    });
  });
});

async function ofRedis(redis: Redis, key: string): Promise<string | null> {
  const text = await redis.call('JSON.GET', key, '.');
  return text === null ? null : withoutSpace(String(text));
}

function withoutSpace(json: string): string {
  return json.replace(/("(?:[^"\\]|\\.)*")|\s+/g, '$1');
}

async function ofMongo(db: Db, key: string): Promise<string | null> {
  const stored = await storedValue(db, NAMES, key);
  if (!stored) return null;
  const { manifest, elements } = stored;
  const text: string = elements
    ? Buffer.concat(elements.map(({ data }) => bytesOf(data))).toString('utf8')
    : (manifest.text ?? JSON.stringify(manifest.value));
  return withoutSpace(text);
}
