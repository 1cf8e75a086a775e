import type { Redis } from 'ioredis';

/** What tells one server, and one state of it, from another. */
export interface ServerMarks {
  /** Which run of which server this is; undefined where the server does not say. */
  readonly run: string | undefined;
  /** How often databases were swapped: no invalidation tells of the keys that come and go with that. */
  readonly swaps: number;
}

/** Source: https://redis.io/docs/latest/commands/info/ */
export async function serverMarks(redis: Redis): Promise<ServerMarks> {
  const [server, stats] = await Promise.all([infoOf(redis, 'server'), infoOf(redis, 'commandstats')]);
  return {
    run: /^run_id:(\S+)/m.exec(server)?.[1],
    swaps: Number(/^cmdstat_swapdb:calls=(\d+)/m.exec(stats)?.[1] ?? 0),
  };
}

/** A user need not be allowed to ask. */
async function infoOf(redis: Redis, section: string): Promise<string> {
  return await redis.info(section).catch(() => '');
}
