import { inParts } from '@redis-to-mongo/pipeline';
import type { connectRedis } from '@redis-to-mongo/redis-connection';
import { keyPrefix, type QueueSettings } from './queue-settings.js';

/**
 * A change for the scheduler's key list: a key that needs a job scheduler (`present`), a key that no longer needs
 * one (`gone`), or a key that was not read because an operator has paused it (`paused`).
 */
export interface ScheduleChange {
  readonly key: string;
  readonly is: (typeof WORDS)[number];
}

/** Sent in one command: few enough not to hold up the server. */
const AT_ONCE = 1_000;
const WORDS = ['present', 'gone', 'paused'] as const;

/**
 * Messages to the active scheduler from workers, and from its own sweeps: new and deleted streams and sets, and paused keys: a
 * set in the queue's Redis, of texts: a word, a space, the key. One process changes job schedulers, not many: those would get in each other's way
 * (https://github.com/taskforcesh/bullmq/issues/3085). What is lost here is found by the next sweep.
 */
export class ScheduleChanges {
  readonly #redis: ReturnType<typeof connectRedis>;
  readonly #name: string;

  constructor(redis: ReturnType<typeof connectRedis>, settings: QueueSettings) {
    this.#redis = redis;
    this.#name = `${keyPrefix(settings)}:came-and-gone`;
  }

  /** Notes changes for the scheduler to make; the same one twice is noted once. */
  async add(changes: readonly ScheduleChange[]): Promise<void> {
    if (changes.length === 0) return;
    for (const part of inParts(changes, AT_ONCE))
      await this.#redis.sadd(this.#name, ...part.map(({ key, is }) => `${is} ${key}`));
  }

  /** How many there are. */
  async count(): Promise<number> {
    return await this.#redis.scard(this.#name);
  }

  /**
   * Takes `limit` of them at most, in any order: a key may have come and gone. Who takes them has to carry them out.
   */
  async take(limit: number): Promise<ScheduleChange[]> {
    return (await this.#redis.spop(this.#name, limit)).map((text) => {
      const end = text.indexOf(' ');
      const word = text.slice(0, end);
      return { key: text.slice(end + 1), is: WORDS.find((each) => each === word) ?? 'present' };
    });
  }
}
