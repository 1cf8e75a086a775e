import { setTimeout as sleep } from 'node:timers/promises';
import type { connectRedis } from '@redis-to-mongo/redis-connection';
import { connectQueue } from './connect-queue.js';
import { keyPrefix, type QueueSettings } from './queue-settings.js';
import { NOW, Script } from './script.js';

/**
 * KEYS: account. ARGV: bytes, bytes per second, burst in ms. Answers how long to wait, in ms.
 * The value is the time that the recorded bytes still take at the limit, in ms, and when that was so. It is no
 * point in time: after a failover to a server whose clock is behind, that could be hours away.
 */
const TAKE = new Script(`${NOW}
local ahead, at = string.match(redis.call('GET', KEYS[1]) or '', '^(%S+) (%S+)$')
local passed = math.max(0, now - (tonumber(at) or now))
local left = math.max(0, (tonumber(ahead) or 0) - passed) + ARGV[1] * 1000 / ARGV[2]
redis.call('SET', KEYS[1], string.format('%.3f %.0f', left, now), 'PX', string.format('%.0f', left + 60000))
return math.max(0, math.ceil(left - ARGV[3]))`);

const BURST_MS = 500;

/** The time limit for an answer of the queue's Redis, in ms: each read waits for it. */
const ANSWER_MS = 1_000;
/** If the queue's Redis has failed, it is not asked again for this long, in ms. */
const REST_MS = 5_000;

/**
 * Limits the bytes per second that all workers together read from the source. The account is in the queue's
 * Redis.
 */
export class LoadLimit {
  readonly #redis: ReturnType<typeof connectRedis>;
  readonly #key: string;
  #nextAt = 0;

  /** @param signal ends a wait, so that a worker can stop at any time. */
  constructor(
    settings: QueueSettings,
    private readonly bytesPerSec: number,
    private readonly signal: AbortSignal,
    private readonly onError: (error: Error) => void,
  ) {
    this.#redis = connectQueue(settings, onError, { commandTimeout: ANSWER_MS });
    this.#key = `${keyPrefix(settings)}:ahead`;
  }

  /**
   * Records bytes that were read, then waits until the average rate is at most half a second ahead of the
   * limit.
   */
  async take(bytes: number): Promise<void> {
    const waitMs = await this.#enter(bytes);
    if (waitMs > 0) await sleep(waitMs, undefined, { signal: this.signal }).catch(() => {}); // aborted
  }

  /** Closes the connection. */
  close(): void {
    this.#redis.disconnect();
  }

  /**
   * If the queue's Redis fails, each read waits only for its own bytes for a while. The rate is then limited
   * per read, not in total.
   */
  async #enter(bytes: number): Promise<number> {
    const ownMs = (bytes * 1000) / this.bytesPerSec;
    if (performance.now() < this.#nextAt) return ownMs;
    try {
      return Number(await TAKE.run(this.#redis, [this.#key], bytes, this.bytesPerSec, BURST_MS));
    } catch (error) {
      this.#nextAt = performance.now() + REST_MS;
      this.onError(error instanceof Error ? error : new Error(String(error)));
      return ownMs;
    }
  }
}
