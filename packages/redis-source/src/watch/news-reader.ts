import { keyBytes, keyIdOf } from '@redis-to-mongo/pipeline';
import { groupBySlot, pipelined } from '@redis-to-mongo/redis-connection';
import type { Redis } from 'ioredis';
import { redisError } from '../redis-error.js';

/** A stream under watch: all that is asked is whether it holds an entry behind `id`. */
export interface WatchedStream {
  readonly key: string;
  /** The last entry that somebody was told of, or knew of from the start. */
  id: string;
}

/** The streams that have news, with the first new entry of each. */
export type News = ReadonlyMap<string, string>;

/**
 * One XREAD over many streams (on a cluster one for each slot): Redis answers only for those with an entry behind
 * their id.
 * @param blockMs how long Redis may hold the answer back until there is news; undefined: not at all, as on a cluster.
 * Source: https://redis.io/docs/latest/commands/xread/
 * @throws SyncError as redisError tells; KEY_TYPE_CHANGED when one of the keys is not a stream.
 */
export async function readNews(
  redis: Redis,
  streams: readonly WatchedStream[],
  blockMs?: number,
): Promise<News> {
  const groups = groupBySlot(redis, streams, ({ key }) => nameOf(key));
  const replies = await pipelined(
    redis,
    groups,
    ([first]) => nameOf(first?.key ?? ''),
    (pipeline, group) => {
      const args = [...group.map(({ key }) => nameOf(key)), ...group.map(({ id }) => id)];
      if (blockMs === undefined) pipeline.xreadBuffer('COUNT', 1, 'STREAMS', ...args);
      else pipeline.xreadBuffer('COUNT', 1, 'BLOCK', blockMs, 'STREAMS', ...args);
    },
  ).catch((error: unknown) => {
    throw redisError(error);
  });
  const news = new Map<string, string>();
  for (const [error, reply] of replies) {
    if (error) throw redisError(error);
    if (Array.isArray(reply))
      for (const [name, entries] of reply) news.set(keyIdOf(name), String(entries[0][0]));
  }
  return news;
}

/**
 * The last entries' ids; `undefined` for a stream without entries, or that is gone.
 * @throws SyncError as redisError tells.
 */
export async function lastIds(redis: Redis, keys: readonly string[]): Promise<(string | undefined)[]> {
  const replies = await pipelined(redis, keys, nameOf, (pipeline, key) =>
    pipeline.xrevrange(nameOf(key), '+', '-', 'COUNT', 1),
  ).catch((error: unknown) => {
    throw redisError(error);
  });
  return replies.map(([error, entries]) => {
    if (error || !Array.isArray(entries)) return undefined;
    const last: unknown = entries[0];
    return Array.isArray(last) ? String(last[0]) : undefined;
  });
}

/** Text where it can be: ioredis writes commands without Buffers much faster. */
export function nameOf(key: string): string | Buffer {
  return key.startsWith('base64:') ? keyBytes(key) : key;
}
