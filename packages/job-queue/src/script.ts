import { createHash } from 'node:crypto';
import type { connectRedis } from '@redis-to-mongo/redis-connection';

type Redis = ReturnType<typeof connectRedis>;

/** A script that the server runs in one step. It is sent by its hash, and in full to a server that does not know it. */
export class Script {
  readonly #text: string;
  #hash: string | undefined;

  /** @param text Lua. */
  constructor(text: string) {
    this.#text = text;
  }

  async run(redis: Redis, keys: readonly string[], ...args: readonly (string | number)[]): Promise<unknown> {
    this.#hash ??= createHash('sha1').update(this.#text).digest('hex');
    try {
      return await redis.evalsha(this.#hash, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return await redis.eval(this.#text, keys.length, ...keys, ...args);
    }
  }
}
