import { keyBytes, keyIdOf } from '@redis-to-mongo/pipeline';
import { groupBySlot, isCluster, pipelined, redisError } from '@redis-to-mongo/redis-connection';
import type { Redis } from 'ioredis';

/** A stream under watch: all that is asked is whether it holds an entry behind `id`. */
export interface WatchedStream {
  readonly key: string;
  /** The last entry that somebody was told of, or knew of from the start. */
  id: string;
}

/** What is new in a stream. */
export interface NewEntries {
  /** The first new entry's id. */
  readonly firstId: string;
  /** It is the stream's last one as well, when Redis answered. */
  readonly isOnly: boolean;
}

/** The streams that have news. */
export type News = ReadonlyMap<string, NewEntries>;

/** With two entries asked for, one in the answer is the last one: then nobody has to ask for that. */
const COUNT = 2;

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
  const news = new Map<string, NewEntries>();
  const take = (reply: unknown) => {
    if (!Array.isArray(reply)) return;
    for (const [name, entries] of reply)
      news.set(keyIdOf(name), { firstId: String(entries[0][0]), isOnly: entries.length < COUNT });
  };
  try {
    if (!isCluster(redis)) {
      // Not pipelined, as a list of one: that would cost as much again, and this is read up to a hundred times a second.
      const args = argsOf(streams);
      if (blockMs === undefined) take(await redis.xreadBuffer('COUNT', COUNT, 'STREAMS', ...args));
      else take(await redis.xreadBuffer('COUNT', COUNT, 'BLOCK', blockMs, 'STREAMS', ...args));
      return news;
    }
    const replies = await pipelined(
      redis,
      groupBySlot(redis, streams, ({ key }) => nameOf(key)),
      ([first]) => nameOf(first?.key ?? ''),
      (pipeline, group) => pipeline.xreadBuffer('COUNT', COUNT, 'STREAMS', ...argsOf(group)),
    );
    for (const [error, reply] of replies) {
      if (error) throw error;
      take(reply);
    }
    return news;
  } catch (error) {
    throw redisError(error);
  }
}

function argsOf(streams: readonly WatchedStream[]): (string | Buffer)[] {
  return [...streams.map(({ key }) => nameOf(key)), ...streams.map(({ id }) => id)];
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
