import { bytesOf } from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';
import type { Db } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Conformance, describeConformance } from './conformance.js';
import { storedValue } from './stored-value.js';
import { type ValueUnderTest, valueUnderTest } from './value-under-test.js';

const NAMES = { collection: 'strings', memberCollection: 'string_parts' };

const HUGE = 250_000;
/** An item is ten bytes, and no two are the same. */
const textOf = (items: number) =>
  Array.from({ length: items }, (_, i) => String(i).padStart(10, '.')).join('');
/** Made once: most tests set it, some of them several times. */
const hugeText = Buffer.from(textOf(HUGE));

const STRING: Conformance = {
  keyType: 'string',
  sizes: { many: 100, huge: HUGE },
  stored: NAMES,
  fill: (redis, key, items) => redis.set(key, items === HUGE ? hugeText : textOf(items)),
  fillHard: (redis, key) => redis.set(key, Buffer.from([0xff, 0x00, 0xc3, 0x0a])),
  change: (redis, key, number) =>
    redis.multi().setrange(key, 7, `<${number}>`).append(key, `${number}`).exec(),
  ofRedis,
  ofMongo,
};

describeConformance(STRING);

async function ofRedis(redis: Redis, key: string): Promise<string | null> {
  const value = await redis.getBuffer(key);
  return value === null ? null : value.toString('latin1');
}

async function ofMongo(db: Db, key: string): Promise<string | null> {
  const stored = await storedValue(db, NAMES, key);
  if (!stored) return null;
  const { manifest, elements } = stored;
  const value = elements ? Buffer.concat(elements.map(({ data }) => bytesOf(data))) : bytesOf(manifest.value);
  if (value.length !== manifest.size) throw new Error(`${key}: the size is not that of its bytes`);
  return value.toString('latin1');
}

describe('string: its own', () => {
  let under: ValueUnderTest;
  beforeAll(async () => {
    under = await valueUnderTest();
  });
  afterAll(async () => {
    await under.close();
  });

  it('a counter is text and number, to the last of its 64 bits', async () => {
    for (const [key, value] of [
      ['counter', '42'],
      ['largest', '9223372036854775807'],
      ['smallest', '-9223372036854775808'],
    ] as const) {
      await under.redis.set(key, value);
      await under.sync(key);
      const found = await under.db
        .collection<{ _id: string; value: string; integer: bigint }>('strings')
        .findOne({ _id: key }, { useBigInt64: true });
      expect(found).toMatchObject({ value, form: 'inline' });
      expect(BigInt(found?.integer ?? 0)).toBe(BigInt(value));
    }
    for (const value of ['042', '9223372036854775808', '1.5', '-0', '']) {
      await under.redis.set('counter', value);
      await under.sync('counter');
      const manifest = await under.manifest('strings', 'counter');
      expect(manifest.value).toBe(value);
      expect(manifest).not.toHaveProperty('integer');
    }
  });

  it('a change in a large string writes the parts that it touches', async () => {
    await under.redis.set('large', Buffer.alloc(5 << 20, 1));
    await under.sync('large');
    under.writes.take();
    await under.redis.setrange('large', 2_500_000, 'changed');
    await under.sync('large');
    expect(under.writes.take().string_parts).toBe(2);
    expect(await ofMongo(under.db, 'large')).toBe(await ofRedis(under.redis, 'large'));
  });
});
