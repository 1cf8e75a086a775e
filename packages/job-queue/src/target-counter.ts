import type { connectRedis } from '@redis-to-mongo/redis-connection';
import { keyPrefix, type QueueSettings } from './queue-settings.js';
import { NOW, Script } from './script.js';

/**
 * KEYS: counter, time. ARGV: a number. The counter never decreases, even if two schedulers both consider
 * themselves active.
 */
const RAISE = new Script(`${NOW}
if tonumber(redis.call('GET', KEYS[1]) or 0) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1]) end
redis.call('SET', KEYS[2], string.format('%.0f', now))
return 0`);

/**
 * The highest counter value of the target, in the queue's Redis. A target with a lower value was dropped or
 * restored.
 */
export class TargetCounter {
  readonly #name: string;
  readonly #timeName: string;

  constructor(
    private readonly redis: ReturnType<typeof connectRedis>,
    settings: QueueSettings,
  ) {
    this.#name = `${keyPrefix(settings)}:target-counter`;
    this.#timeName = `${keyPrefix(settings)}:target-counted-at`;
  }

  /** Reads the counter; 0 if the queue has none. @throws what ioredis throws. */
  async read(): Promise<number> {
    return Number((await this.redis.get(this.#name)) ?? 0);
  }

  /**
   * When `raise` last ran, in ms since 1970 by the clock of the queue's Redis; `undefined` if it never did.
   * @throws what ioredis throws.
   */
  async raisedAt(): Promise<number | undefined> {
    const at = await this.redis.get(this.#timeName);
    return at === null ? undefined : Number(at);
  }

  /**
   * Raises the counter to `n`, if it is lower, and records the time in any case.
   * @throws what ioredis throws.
   */
  async raise(n: number): Promise<void> {
    await RAISE.run(this.redis, [this.#name, this.#timeName], n);
  }
}
