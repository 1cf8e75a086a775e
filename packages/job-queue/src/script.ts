import { hash } from 'node:crypto';
import type { connectRedis } from '@redis-to-mongo/redis-connection';

/**
 * Lua that sets `time`, the answer of TIME, and `now`, in whole ms since 1970. All processes share this
 * clock.
 */
export const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

type Redis = ReturnType<typeof connectRedis>;
/** Arguments of a script. */
type Words = readonly (string | number)[];

/**
 * A script that the server runs atomically. It is called by its hash, and sent in full if the server does not
 * know it.
 */
export class Script {
  #hash: string | undefined;

  /** @param text Lua. */
  constructor(private readonly text: string) {}

  /** Runs the script. @throws what ioredis throws. */
  async run(redis: Redis, keys: readonly string[], ...args: Words): Promise<unknown> {
    this.#hash ??= hash('sha1', this.text, 'hex');
    try {
      return await redis.evalsha(this.#hash, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return await redis.eval(this.text, keys.length, ...keys, ...args);
    }
  }

  /** As run, for a script that answers with a list of numbers. */
  async numbers(redis: Redis, keys: readonly string[], ...args: Words): Promise<number[]> {
    return (await this.list(redis, keys, ...args)).map(Number);
  }

  /** As run, for a script that answers with a list. */
  async list(redis: Redis, keys: readonly string[], ...args: Words): Promise<readonly unknown[]> {
    const reply = await this.run(redis, keys, ...args);
    return Array.isArray(reply) ? reply : [];
  }

  /** As run, for a script that answers with a list of texts. */
  async texts(redis: Redis, keys: readonly string[], ...args: Words): Promise<string[]> {
    return (await this.list(redis, keys, ...args)).map(String);
  }
}
