import { setTimeout as sleep } from 'node:timers/promises';
import { type Redis, ReplyError } from 'ioredis';
import { ONE_TRY, openRedis } from '../program/open-redis.js';
import { ProvingError } from '../proving-error.js';

const AGAIN_MS = 50;

/**
 * A connection to a Redis that is killed again and again. It never sends a command twice by itself: anyone who wrote
 * something gets an error if it was not answered, and has to check what became of it.
 */
export class SourceConnection {
  readonly #url: string;
  readonly #signal: AbortSignal;
  #redis: Redis | undefined;
  #opening: Promise<Redis> | undefined;

  /** @param signal ends the waiting for Redis. */
  constructor(url: string, signal: AbortSignal) {
    this.#url = url;
    this.#signal = signal;
  }

  /** Runs the work once. `undefined`: the connection was lost, and nobody knows what was done. */
  async attempt<T>(work: (redis: Redis) => Promise<T>): Promise<T | undefined> {
    const redis = await this.#open();
    try {
      return await work(redis);
    } catch (error) {
      if (isRefusal(error)) throw refused(error);
      // Many commands fail together: the first of them closes the connection.
      if (this.#redis === redis) {
        this.#redis = undefined;
        redis.disconnect();
      }
      return undefined;
    }
  }

  /** Runs the work until it is answered: only for what does no harm when it is done twice. */
  async answered<T extends string | number | object>(work: (redis: Redis) => Promise<T>): Promise<T> {
    for (;;) {
      const answer = await this.attempt(work);
      if (answer !== undefined) return answer;
    }
  }

  /** Ends the connection; commands under way fail. */
  close(): void {
    this.#redis?.disconnect();
  }

  async #open(): Promise<Redis> {
    if (this.#redis) return this.#redis;
    this.#opening ??= this.#connect().finally(() => {
      this.#opening = undefined;
    });
    return await this.#opening;
  }

  async #connect(): Promise<Redis> {
    for (;;) {
      this.#signal.throwIfAborted();
      const redis = openRedis(this.#url, {
        ...ONE_TRY,
        lazyConnect: true,
        enableOfflineQueue: false,
        autoResendUnfulfilledCommands: false,
      });
      try {
        await redis.connect(); // resolves when Redis has loaded its data
        this.#redis = redis;
        return redis;
      } catch {
        redis.disconnect();
        await sleep(AGAIN_MS, undefined, { signal: this.#signal });
      }
    }
  }
}

/** Redis answered, and it said no. LOADING is no refusal: it has only just come back. */
export function isRefusal(error: unknown): error is Error {
  return error instanceof ReplyError && error instanceof Error && !error.message.startsWith('LOADING');
}

export function refused(error: Error): ProvingError {
  return new ProvingError('PROVING_REDIS', `Redis refused a command of the load: ${error.message}`, {
    cause: error,
  });
}
