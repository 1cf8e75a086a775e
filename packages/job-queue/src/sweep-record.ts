import type { connectRedis } from '@redis-to-mongo/redis-connection';
import { keyPrefix, type QueueSettings } from './queue-settings.js';

/** What is known of the last sweep, in the queue's Redis: a scheduler that takes over goes on from there. Times are by its clock. */
export interface SweepRecord {
  /** When the last sweep that ended had begun, in ms since 1970: what changed before, it has found. 0 for never. */
  readonly beganAt: number;
  /** When it ended, in ms since 1970; 0 for never. */
  readonly endedAt: number;
  /** What it was for: the keys that the configuration chooses. */
  readonly scope: string;
  /** Why another one is due; empty when none is. */
  readonly pending: string;
}

/** Reads and writes the record. It is lost with the queue: then a sweep is due. */
export class SweepRecords {
  readonly #redis: ReturnType<typeof connectRedis>;
  readonly #name: string;

  constructor(redis: ReturnType<typeof connectRedis>, settings: QueueSettings) {
    this.#redis = redis;
    this.#name = `${keyPrefix(settings)}:sweep`;
  }

  async read(): Promise<SweepRecord | undefined> {
    const { beganAt = 0, endedAt = 0, scope, pending = '' } = await this.#redis.hgetall(this.#name);
    if (scope === undefined) return undefined;
    return { beganAt: Number(beganAt), endedAt: Number(endedAt), scope, pending };
  }

  /**
   * Notes that a sweep begins: should this process die, the next one finds it.
   * @returns the time, to be given to `end`.
   */
  async begin(scope: string, pending: string): Promise<number> {
    await this.#redis.hset(this.#name, { scope, pending });
    return await this.now();
  }

  async end(scope: string, beganAt: number): Promise<void> {
    await this.#redis.hset(this.#name, { scope, pending: '', beganAt, endedAt: await this.now() });
  }

  /** The time by the queue's Redis, in ms since 1970. */
  async now(): Promise<number> {
    const [seconds = 0, micros = 0] = (await this.#redis.time()).map(Number);
    return seconds * 1000 + Math.floor(micros / 1000);
  }
}
