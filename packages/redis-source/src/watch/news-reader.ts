import { keyBytes, keyIdOf } from '@redis-to-mongo/pipeline';
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
 * One XREAD over many streams: Redis answers only for those with an entry behind their id.
 * @param blockMs how long Redis may hold the answer back until there is news; undefined: not at all.
 * Source: https://redis.io/docs/latest/commands/xread/
 * @throws SyncError as redisError tells; KEY_TYPE_CHANGED when one of the keys is not a stream.
 */
export async function readNews(
  redis: Redis,
  streams: readonly WatchedStream[],
  blockMs?: number,
): Promise<News> {
  const names = streams.map(({ key }) => nameOf(key));
  const ids = streams.map(({ id }) => id);
  const reply: unknown = await (blockMs === undefined
    ? redis.xreadBuffer('COUNT', 1, 'STREAMS', ...names, ...ids)
    : redis.xreadBuffer('COUNT', 1, 'BLOCK', blockMs, 'STREAMS', ...names, ...ids)
  ).catch((error: unknown) => {
    throw redisError(error);
  });
  const news = new Map<string, string>();
  if (!Array.isArray(reply)) return news;
  for (const [name, entries] of reply) news.set(keyIdOf(name), String(entries[0][0]));
  return news;
}

/**
 * The last entries' ids; `undefined` for a stream without entries, or that is gone.
 * @throws SyncError as redisError tells.
 */
export async function lastIds(redis: Redis, keys: readonly string[]): Promise<(string | undefined)[]> {
  const pipeline = redis.pipeline();
  for (const key of keys) pipeline.xrevrange(nameOf(key), '+', '-', 'COUNT', 1);
  const replies = await pipeline.exec().catch((error: unknown) => {
    throw redisError(error);
  });
  return (replies ?? []).map(([error, entries]) => {
    if (error || !Array.isArray(entries)) return undefined;
    const last: unknown = entries[0];
    return Array.isArray(last) ? String(last[0]) : undefined;
  });
}

/** Text where it can be: ioredis writes commands without Buffers much faster. */
export function nameOf(key: string): string | Buffer {
  return key.startsWith('base64:') ? keyBytes(key) : key;
}
