import { keyBytes } from '@redis-to-mongo/pipeline';
import { isKeyRefused, pipelined, redisError, throwRedisError } from '@redis-to-mongo/redis-connection';
import type { Redis } from 'ioredis';
import { parseStreamInfo } from './stream-info.js';

/** What a stream holds now. */
export interface StreamCounters {
  readonly length: number;
  /** The id of the last entry; `undefined` for an empty stream. */
  readonly lastId: string | undefined;
  /** Entries ever added; `undefined` before Redis 7.0. */
  readonly added: number | undefined;
}

/**
 * The counters of streams, in the order of `keys`; `undefined` for a key that is not a stream, does not exist,
 * or may not be read.
 * @throws SyncError as redisError.
 */
export async function streamCounters(
  redis: Redis,
  keys: readonly string[],
): Promise<(StreamCounters | undefined)[]> {
  const replies = await pipelined(redis, keys, keyBytes, (pipeline, key) =>
    pipeline.xinfo('STREAM', keyBytes(key)),
  ).catch(throwRedisError());
  return keys.map((_, i) => {
    const [error, reply] = replies[i] ?? [undefined, undefined];
    if (error) {
      if (/no such key|WRONGTYPE/i.test(error.message) || isKeyRefused(error)) return undefined;
      throw redisError(error);
    }
    const { length, lastEntryId, added } = parseStreamInfo(reply);
    return { length, lastId: lastEntryId, added };
  });
}
