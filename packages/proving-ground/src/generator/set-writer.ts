import type { Redis } from 'ioredis';
import type { SetPlan } from './plan-keys.js';
import { type Random, wholeFrom } from './random.js';
import { runPipeline } from './run-pipeline.js';

/** Fewer members than this are never left: a set without members is not there any more. */
const LEAST = 3;

/** Fills metadata sets, and changes them by SADD and SREM. */
export class SetWriter {
  readonly #redis: Redis;
  readonly #random: Random;
  readonly #members = new Map<string, string[]>();
  #made = 0;
  #changes = 0;

  constructor(redis: Redis, random: Random) {
    this.#redis = redis;
    this.#random = random;
  }

  /** Changes made so far: members added or removed after the filling. */
  get changes(): number {
    return this.#changes;
  }

  async fill(sets: readonly SetPlan[]): Promise<void> {
    const pipeline = this.#redis.pipeline();
    for (const { key, members } of sets) {
      const names = Array.from({ length: Math.max(members, LEAST) }, () => this.#newMember());
      this.#members.set(key, names);
      pipeline.sadd(key, ...names);
    }
    await runPipeline(pipeline);
  }

  /** Adds a member to, or removes one from, each of `count` sets, chosen by chance. */
  async change(sets: readonly SetPlan[], count: number): Promise<void> {
    if (sets.length === 0) return;
    const pipeline = this.#redis.pipeline();
    for (let i = 0; i < count; i++) {
      const key = sets[wholeFrom(this.#random, 0, sets.length - 1)]?.key ?? '';
      const members = this.#members.get(key) ?? [];
      if (members.length > LEAST && this.#random() < 0.5) {
        const [gone] = members.splice(wholeFrom(this.#random, 0, members.length - 1), 1);
        pipeline.srem(key, gone ?? '');
      } else {
        const name = this.#newMember();
        members.push(name);
        pipeline.sadd(key, name);
      }
    }
    await runPipeline(pipeline);
    this.#changes += count;
  }

  #newMember(): string {
    this.#made += 1;
    return `${['eu-west', 'payments', 'v2', 'größe', 'batch'][this.#made % 5]}-${this.#made}`;
  }
}
