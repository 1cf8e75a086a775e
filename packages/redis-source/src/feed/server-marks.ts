import { isCommandRefused } from '@redis-to-mongo/redis-connection';
import type { Redis } from 'ioredis';

/**
 * Distinguishes one server, and its databases, from another; `undefined` if the server does not say, or not
 * to this user.
 */
export interface ServerMarks {
  /** The `run_id`: identifies one run of one server. */
  readonly run: string | undefined;
  /** Number of SWAPDB calls: no invalidation message reports the keys that they bring and take. */
  readonly swaps: number | undefined;
}

/**
 * Source: https://redis.io/docs/latest/commands/info/
 * @throws the error of ioredis if there is no answer.
 */
export async function serverMarks(redis: Redis): Promise<ServerMarks> {
  const [server, stats] = await Promise.all([infoOf(redis, 'server'), infoOf(redis, 'commandstats')]);
  return {
    run: server && /^run_id:(\S+)/m.exec(server)?.[1],
    swaps: stats === undefined ? undefined : Number(/^cmdstat_swapdb:calls=(\d+)/m.exec(stats)?.[1] ?? 0),
  };
}

/** Whether both values are known, and differ. */
export function differ<T>(a: T | undefined, b: T | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}

/** `undefined` if the user may not run INFO. */
async function infoOf(redis: Redis, section: string): Promise<string | undefined> {
  try {
    return await redis.info(section);
  } catch (error) {
    if (isCommandRefused(error)) return undefined;
    throw error;
  }
}
