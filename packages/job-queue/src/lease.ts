import { randomUUID } from 'node:crypto';
import type { connectRedis } from '@redis-to-mongo/redis-connection';
import { connectQueue } from './connect-queue.js';
import { keyPrefix, type QueueSettings } from './queue-settings.js';
import { Script } from './script.js';
import { unlessGone } from './unless-gone.js';

/**
 * KEYS: lease. ARGV: token, ms. Renews the lease if this token holds it; otherwise takes it if it is free. A lease
 * that would last longer is from before the clock was set back, since Redis stores the time of its end. It is
 * shortened, so that nobody waits for hours if its holder has died.
 */
const HOLD = new Script(`
local holder = redis.call('GET', KEYS[1])
if holder == ARGV[1] then redis.call('PEXPIRE', KEYS[1], ARGV[2]) return 1 end
if holder then
  if redis.call('PTTL', KEYS[1]) > tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
  return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`);

const RELEASE = new Script(
  `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`,
);

/** The Redis key of a lease. */
export function leaseKey(settings: QueueSettings, name: string): string {
  return `${keyPrefix(settings)}:lease:${name}`;
}

/** The lease that the active scheduler holds. */
export const SCHEDULER_LEASE = 'scheduler';

/**
 * A lease in the queue's Redis: at most one process holds it. It only saves work. Correctness does not depend
 * on it: if two processes hold it by accident (one was paused), this does no harm.
 */
export class Lease {
  readonly #redis: ReturnType<typeof connectRedis>;
  readonly #key: string;
  readonly #token = randomUUID();

  /** @param ms how long the lease lasts if it is not renewed. */
  constructor(
    settings: QueueSettings,
    name: string,
    private readonly ms: number,
    onError: (error: Error) => void,
  ) {
    this.#redis = connectQueue(settings, onError);
    this.#key = leaseKey(settings, name);
  }

  /**
   * Takes or renews the lease. Call it well within the lease's duration.
   * @returns whether this process holds it.
   */
  async hold(): Promise<boolean> {
    return (await HOLD.run(this.#redis, [this.#key], this.#token, this.ms)) === 1;
  }

  /** Gives up the lease, so that another process need not wait for it to expire. */
  async close(): Promise<void> {
    const release = RELEASE.run(this.#redis, [this.#key], this.#token).catch(() => {}); // it expires anyway
    await unlessGone(this.#redis, release);
    this.#redis.disconnect();
  }

  /** Drops the connection when the queue's Redis does not answer. The lease expires by itself. */
  leave(): void {
    this.#redis.disconnect();
  }
}
