import { keyBytes } from '@redis-to-mongo/pipeline';
import { pipelined, throwRedisError } from '@redis-to-mongo/redis-connection';
import type { Redis } from 'ioredis';

/**
 * The ids of the last entries of streams, in the order of `keys`; `undefined` for a stream that is empty or
 * does not exist.
 * @throws SyncError as redisError.
 */
export async function lastIds(redis: Redis, keys: readonly string[]): Promise<(string | undefined)[]> {
  const replies = await pipelined(redis, keys, keyBytes, (pipeline, key) =>
    pipeline.xrevrange(keyBytes(key), '+', '-', 'COUNT', 1),
  ).catch(throwRedisError());
  return replies.map(([error, entries]) => {
    if (error || !Array.isArray(entries)) return undefined;
    const last: unknown = entries[0];
    return Array.isArray(last) ? String(last[0]) : undefined;
  });
}
