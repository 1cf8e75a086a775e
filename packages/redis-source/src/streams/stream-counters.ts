import { keyBytes } from '@redis-to-mongo/pipeline';
import { pipelined, redisError, throwRedisError } from '@redis-to-mongo/redis-connection';
import type { Redis } from 'ioredis';
import { parseStreamInfo } from './stream-info.js';

/** Number of entries ever added to a stream, and number of those that it no longer holds. */
export interface StreamCounters {
  readonly added: number;
  readonly gone: number;
}

/**
 * The counters of streams, in the order of `keys`; `undefined` for a key that is not a stream, or if Redis
 * does not count (before 7.0).
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
      if (/no such key|WRONGTYPE/i.test(error.message)) return undefined;
      throw redisError(error);
    }
    const { added, length } = parseStreamInfo(reply);
    return added === undefined ? undefined : { added, gone: added - length };
  });
}
