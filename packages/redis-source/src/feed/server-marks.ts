import { isCommandRefused } from '@redis-to-mongo/redis-connection';
import type { Redis } from 'ioredis';

/** Distinguishes one server, and one state of it, from another; `undefined` where the server does not say, or not to this user. */
export interface ServerMarks {
  /** Which run of which server this is. */
  readonly run: string | undefined;
  /** How often databases were swapped: no invalidation reports the keys that come and go with that. */
  readonly swaps: number | undefined;
}

/**
 * Source: https://redis.io/docs/latest/commands/info/
 * @throws what ioredis throws when there is no answer: that says nothing of the server.
 */
export async function serverMarks(redis: Redis): Promise<ServerMarks> {
  const [server, stats] = await Promise.all([infoOf(redis, 'server'), infoOf(redis, 'commandstats')]);
  return {
    run: server && /^run_id:(\S+)/m.exec(server)?.[1],
    swaps: stats === undefined ? undefined : Number(/^cmdstat_swapdb:calls=(\d+)/m.exec(stats)?.[1] ?? 0),
  };
}

/** Whether both are known, and differ. */
export function differ<T>(a: T | undefined, b: T | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}

/** A user need not be allowed to ask. */
async function infoOf(redis: Redis, section: string): Promise<string | undefined> {
  try {
    return await redis.info(section);
  } catch (error) {
    if (isCommandRefused(error)) return undefined;
    throw error;
  }
}
