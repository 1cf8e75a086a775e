import { setTimeout as sleep } from 'node:timers/promises';
import { type Redis, ReplyError } from 'ioredis';
import { ONE_TRY, openRedis } from '../program/open-redis.js';
import { ProvingError } from '../proving-error.js';

const AGAIN_MS = 50;

/**
 * A connection to a Redis that is killed repeatedly. It never sends a command twice by itself: the caller
 * learns that a command was not answered, and has to check whether it was executed.
 */
export class SourceConnection {
  #redis: Redis | undefined;
  #opening: Promise<Redis> | undefined;

  /** @param signal stops the wait for Redis. */
  constructor(
    private readonly url: string,
    private readonly signal: AbortSignal,
  ) {}

  /** Runs the work once. Returns `undefined` if the connection was lost, and the outcome is unknown. */
  async attempt<T>(work: (redis: Redis) => Promise<T>): Promise<T | undefined> {
    const redis = await this.#open();
    try {
      return await work(redis);
    } catch (error) {
      if (isRefusal(error)) throw refused(error);
      // Many commands fail together. The first failure closes the connection.
      if (this.#redis === redis) {
        this.#redis = undefined;
        redis.disconnect();
      }
      return undefined;
    }
  }

  /** Repeats the work until it is answered. Only for idempotent work. */
  async answered<T extends string | number | object>(work: (redis: Redis) => Promise<T>): Promise<T> {
    for (;;) {
      const answer = await this.attempt(work);
      if (answer !== undefined) return answer;
    }
  }

  /** Closes the connection. Pending commands fail. */
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
      this.signal.throwIfAborted();
      const redis = openRedis(this.url, {
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
        await sleep(AGAIN_MS, undefined, { signal: this.signal });
      }
    }
  }
}

/** Whether Redis answered with an error. LOADING does not count: Redis has just started. */
export function isRefusal(error: unknown): error is Error {
  return error instanceof ReplyError && error instanceof Error && !error.message.startsWith('LOADING');
}

export function refused(error: Error): ProvingError {
  return new ProvingError('PROVING_REDIS', `Redis refused a command of the load: ${error.message}`, {
    cause: error,
  });
}
