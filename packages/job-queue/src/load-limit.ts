import { setTimeout as sleep } from 'node:timers/promises';
import type { connectRedis } from '@redis-to-mongo/redis-connection';
import { connectQueue } from './connect-queue.js';
import { keyPrefix, type QueueSettings } from './queue-settings.js';
import { NOW, Script } from './script.js';

/**
 * KEYS: limit. ARGV: bytes, bytes a second, ms of them that may be taken at once. Answers how long to wait, in ms.
 * What is kept is the time at which all that was taken will have been paid for.
 */
const TAKE = new Script(`${NOW}
local paid = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now) + ARGV[1] * 1000 / ARGV[2]
redis.call('SET', KEYS[1], string.format('%.0f', paid), 'PX', string.format('%.0f', paid - now + 60000))
return math.max(0, math.ceil(paid - now - ARGV[3]))`);

const BURST_MS = 500;

/** Bounds what all workers together take from the source: an account of bytes, in the queue's Redis. */
export class LoadLimit {
  readonly #redis: ReturnType<typeof connectRedis>;
  readonly #key: string;
  readonly #bytesPerSec: number;
  readonly #signal: AbortSignal;
  readonly #onError: (error: Error) => void;

  /** @param signal ends the waiting, since a worker that stops should not have to wait. */
  constructor(
    settings: QueueSettings,
    bytesPerSec: number,
    signal: AbortSignal,
    onError: (error: Error) => void,
  ) {
    this.#redis = connectQueue(settings, onError);
    this.#key = `${keyPrefix(settings)}:taken`;
    this.#bytesPerSec = bytesPerSec;
    this.#signal = signal;
    this.#onError = onError;
  }

  /** Enters bytes that were read, and waits until they and all before them are paid for, but for half a second's. */
  async take(bytes: number): Promise<void> {
    const waitMs = await this.#enter(bytes);
    if (waitMs > 0) await sleep(waitMs, undefined, { signal: this.#signal }).catch(() => {}); // aborted
  }

  /** Ends the connection to the account. */
  close(): void {
    this.#redis.disconnect();
  }

  /** Without the account each worker pays alone: that is still a bound. */
  async #enter(bytes: number): Promise<number> {
    try {
      return Number(await TAKE.run(this.#redis, [this.#key], bytes, this.#bytesPerSec, BURST_MS));
    } catch (error) {
      this.#onError(error instanceof Error ? error : new Error(String(error)));
      return (bytes * 1000) / this.#bytesPerSec;
    }
  }
}
