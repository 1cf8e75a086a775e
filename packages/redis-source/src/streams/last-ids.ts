import { keyBytes } from '@redis-to-mongo/pipeline';
import { pipelined, redisError } from '@redis-to-mongo/redis-connection';
import type { Redis } from 'ioredis';

/**
 * The last entries' ids; `undefined` for a stream without entries, or that is gone.
 * @throws SyncError as redisError.
 */
export async function lastIds(redis: Redis, keys: readonly string[]): Promise<(string | undefined)[]> {
  const replies = await pipelined(redis, keys, keyBytes, (pipeline, key) =>
    pipeline.xrevrange(keyBytes(key), '+', '-', 'COUNT', 1),
  ).catch((error: unknown) => {
    throw redisError(error);
  });
  return replies.map(([error, entries]) => {
    if (error || !Array.isArray(entries)) return undefined;
    const last: unknown = entries[0];
    return Array.isArray(last) ? String(last[0]) : undefined;
  });
}
