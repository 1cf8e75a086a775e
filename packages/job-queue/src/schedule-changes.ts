import { inParts } from '@redis-to-mongo/pipeline';
import type { connectRedis } from '@redis-to-mongo/redis-connection';
import { keyPrefix, type QueueSettings } from './queue-settings.js';

/**
 * A change for the active scheduler: a key needs a job scheduler (`present`), no longer needs one (`gone`),
 * or was not read because an operator has paused it (`paused`).
 */
export interface ScheduleChange {
  readonly key: string;
  readonly is: (typeof WORDS)[number];
}

/** Changes per command: few enough not to hold up the server. */
const AT_ONCE = 1_000;
const WORDS = ['present', 'gone', 'paused'] as const;

/**
 * Messages to the active scheduler, from workers and from its own sweeps, about new and deleted streams and
 * sets, and paused keys. They are a set in the queue's Redis, of texts: a word, a space, the key. Only one
 * process changes job schedulers, because several would conflict
 * (https://github.com/taskforcesh/bullmq/issues/3085). If a message is lost, the next sweep finds the change.
 */
export class ScheduleChanges {
  readonly #name: string;

  constructor(
    private readonly redis: ReturnType<typeof connectRedis>,
    settings: QueueSettings,
  ) {
    this.#name = `${keyPrefix(settings)}:came-and-gone`;
  }

  /** Adds changes for the scheduler. The same change twice is kept once. */
  async add(changes: readonly ScheduleChange[]): Promise<void> {
    if (changes.length === 0) return;
    for (const part of inParts(changes, AT_ONCE))
      await this.redis.sadd(this.#name, ...part.map(({ key, is }) => `${is} ${key}`));
  }

  /** Number of changes. */
  async count(): Promise<number> {
    return await this.redis.scard(this.#name);
  }

  /**
   * Removes and returns at most `limit` changes, in any order: a key may have several. The caller must carry
   * them out.
   */
  async take(limit: number): Promise<ScheduleChange[]> {
    return (await this.redis.spop(this.#name, limit)).map((text) => {
      const end = text.indexOf(' ');
      const word = text.slice(0, end);
      return { key: text.slice(end + 1), is: WORDS.find((each) => each === word) ?? 'present' };
    });
  }
}
