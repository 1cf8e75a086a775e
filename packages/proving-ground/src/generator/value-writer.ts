import type { Redis } from 'ioredis';
import type { ValuePlan } from './plan-keys.js';
import { type Random, wholeFrom } from './random.js';
import { runPipeline } from './run-pipeline.js';

type Pipeline = ReturnType<Redis['pipeline']>;

/** Keys in one pipeline. */
const AT_ONCE = 500;
/** A value expires this long after its filling, in s: not within a run. Every tenth does. */
const EXPIRES_SEC = 86_400;
const CITIES = ['Łódź', 'Zürich', 'Lima', 'Kyoto', 'Lagos'] as const;

/** Fills hashes, strings, lists, sorted sets and JSON documents, and changes them. */
export class ValueWriter {
  readonly #redis: Redis;
  readonly #random: Random;
  #changes = 0;

  constructor(redis: Redis, random: Random) {
    this.#redis = redis;
    this.#random = random;
  }

  /** Changes made so far, after the filling. */
  get changes(): number {
    return this.#changes;
  }

  async fill(values: readonly ValuePlan[]): Promise<void> {
    for (let from = 0; from < values.length; from += AT_ONCE) {
      const pipeline = this.#redis.pipeline();
      for (const [i, { key, keyType }] of values.slice(from, from + AT_ONCE).entries()) {
        this.#write(pipeline, key, keyType);
        if (i % 10 === 0) pipeline.expire(key, EXPIRES_SEC);
      }
      await runPipeline(pipeline);
    }
  }

  /** Changes `count` of them, chosen by chance. */
  async change(values: readonly ValuePlan[], count: number): Promise<void> {
    if (values.length === 0) return;
    const pipeline = this.#redis.pipeline();
    for (let i = 0; i < count; i++) {
      const value = values[wholeFrom(this.#random, 0, values.length - 1)];
      if (value) this.#change(pipeline, value);
    }
    await runPipeline(pipeline);
    this.#changes += count;
  }

  #write(pipeline: Pipeline, key: string, keyType: ValuePlan['keyType']): void {
    const n = wholeFrom(this.#random, 1, 1_000_000);
    const city = CITIES[n % CITIES.length] ?? '';
    switch (keyType) {
      case 'hash':
        pipeline.hset(
          key,
          'name',
          `name ${n}`,
          'city',
          city,
          'visits',
          '1',
          'raw',
          Buffer.from([0xff, n % 256]),
        );
        return;
      case 'string':
        pipeline.set(key, JSON.stringify({ id: n, city, text: 'x'.repeat(n % 200) }));
        return;
      case 'list':
        pipeline.rpush(key, ...Array.from({ length: 1 + (n % 8) }, (_, i) => `${city} ${n - i}`));
        return;
      case 'zset':
        pipeline.zadd(key, n, 'first', n / 8, city, -1.5, 'last');
        return;
      case 'json':
        pipeline.call('JSON.SET', key, '$', JSON.stringify({ id: n, city, tags: ['a', n] }));
    }
  }

  #change(pipeline: Pipeline, { key, keyType }: ValuePlan): void {
    const n = String(wholeFrom(this.#random, 1, 1_000_000));
    switch (keyType) {
      case 'hash':
        pipeline.hincrby(key, 'visits', 1).hset(key, `field ${Number(n) % 3}`, n);
        return;
      case 'string':
        pipeline.append(key, n);
        return;
      case 'list':
        pipeline.lpush(key, n).ltrim(key, 0, 9);
        return;
      case 'zset':
        pipeline.zincrby(key, 0.25, 'first').zadd(key, n, `member ${Number(n) % 5}`);
        return;
      case 'json':
        pipeline.call('JSON.SET', key, '$.id', n);
    }
  }
}
