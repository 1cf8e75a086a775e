import type { Redis } from 'ioredis';
import type { ValuePlan } from './plan-keys.js';
import { seededRandom, wholeFrom } from './random.js';
import { runPipeline } from './run-pipeline.js';

/** Keys per pipeline. */
const AT_ONCE = 500;
/** Every tenth value expires this long after it was filled, in s: not during a run. */
const EXPIRES_SEC = 86_400;

/** Fills values, and changes them. */
export class ValueWriter {
  readonly #redis: Redis;
  readonly #random = seededRandom(1);
  #version = 0;
  #changes = 0;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Number of changes, without the filling. */
  get changes(): number {
    return this.#changes;
  }

  /** Writes the first content of the values. */
  async fill(values: readonly ValuePlan[]): Promise<void> {
    for (let from = 0; from < values.length; from += AT_ONCE) {
      const pipeline = this.#redis.pipeline();
      for (const [i, { key, model }] of values.slice(from, from + AT_ONCE).entries()) {
        model.change(this.#next(), this.#random);
        model.write(pipeline, key);
        if (i % 10 === 0) pipeline.expire(key, EXPIRES_SEC);
      }
      await runPipeline(pipeline);
    }
  }

  /** Changes `count` randomly chosen values. */
  async change(values: readonly ValuePlan[], count: number): Promise<void> {
    if (values.length === 0) return;
    const pipeline = this.#redis.pipeline();
    for (let i = 0; i < count; i++) {
      const value = values[wholeFrom(this.#random, 0, values.length - 1)];
      value?.model.change(this.#next(), this.#random)(pipeline, value.key);
    }
    await runPipeline(pipeline);
    this.#changes += count;
  }

  #next(): number {
    this.#version += 1;
    return this.#version;
  }
}
