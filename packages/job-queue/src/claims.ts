import { randomUUID } from 'node:crypto';
import { connectRedis } from '@redis-to-mongo/redis-connection';
import { keyPrefix, type QueueSettings } from './queue-settings.js';
import { schedulerId } from './scheduler-id.js';

/** What came of asking for a key. */
export type Claim = 'granted' | 'busy' | 'set aside';

/**
 * KEYS: claim. ARGV: token, ms, starts allowed, ms that a key is set aside. Answers 1 granted, 0 busy, 2 set aside.
 * `starts` counts begun jobs that never ended: a job whose process dies leaves its count behind.
 */
const BEGIN = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local claim = redis.call('HMGET', KEYS[1], 'until', 'starts')
if claim[1] and tonumber(claim[1]) > now then
  redis.call('HSET', KEYS[1], 'again', 1)
  return 0
end
if claim[2] and tonumber(claim[2]) >= tonumber(ARGV[3]) then return 2 end
redis.call('HINCRBY', KEYS[1], 'starts', 1)
redis.call('HSET', KEYS[1], 'token', ARGV[1], 'until', now + ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1`;

/** KEYS: claim. ARGV: token. Answers 1 when somebody asked for the key meanwhile, else 0. */
const END = `
local claim = redis.call('HMGET', KEYS[1], 'token', 'again')
if claim[1] ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
return claim[2] and 1 or 0`;

/** KEYS: claim. ARGV: token, ms. */
const RENEW = `
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], 'until', time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[2])
return 1`;

/** How long a claim holds without being renewed: after a worker's death its keys are free again by then. */
const HOLD_MS = 10_000;
const STARTS_ALLOWED = 3;
const SET_ASIDE_MS = 3_600_000;

/**
 * Sees to it that one worker at a time works on a key: a key's scheduled job, its wake-ups and its retries would
 * otherwise read the same entries side by side. It saves work; correctness rests on compare-and-set alone.
 * It also counts jobs that began and never ended: a key whose job has killed its worker three times in a row
 * is set aside for an hour, so that it does not take the fleet with it.
 */
export class Claims {
  readonly #redis: ReturnType<typeof connectRedis>;
  readonly #prefix: string;
  readonly #held = new Map<string, string>();
  readonly #renewal: NodeJS.Timeout;

  constructor(settings: QueueSettings, onError: (error: Error) => void) {
    this.#redis = connectRedis(settings.redis, onError);
    this.#prefix = `${keyPrefix(settings)}:claim:`;
    this.#renewal = setInterval(() => void this.#renew().catch(onError), HOLD_MS / 3);
    this.#renewal.unref();
  }

  /**
   * Runs `work` if the key is free. `again` is true when somebody asked for the key while it ran: then its newest
   * change may not have been seen.
   */
  async during<T>(
    key: string,
    work: () => Promise<T>,
  ): Promise<{ claim: 'granted'; result: T; again: boolean } | { claim: 'busy' | 'set aside' }> {
    const token = randomUUID();
    const name = this.#prefix + schedulerId(key);
    const answer = await this.#redis.eval(BEGIN, 1, name, token, HOLD_MS, STARTS_ALLOWED, SET_ASIDE_MS);
    if (answer !== 1) return { claim: answer === 0 ? 'busy' : 'set aside' };
    this.#held.set(name, token);
    let again = false;
    try {
      const result = await work();
      again = await this.#end(name, token);
      return { claim: 'granted', result, again };
    } catch (error) {
      await this.#end(name, token);
      throw error;
    }
  }

  async #end(name: string, token: string): Promise<boolean> {
    this.#held.delete(name);
    return (await this.#redis.eval(END, 1, name, token)) === 1;
  }

  async #renew(): Promise<void> {
    await Promise.all(
      [...this.#held].map(([name, token]) => this.#redis.eval(RENEW, 1, name, token, HOLD_MS)),
    );
  }

  close(): void {
    clearInterval(this.#renewal);
    this.#redis.disconnect();
  }
}
