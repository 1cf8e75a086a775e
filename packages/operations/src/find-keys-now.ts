import { activeKeys } from '@redis-to-mongo/mongo-sink';
import { type KeyType, withRetry } from '@redis-to-mongo/pipeline';
import { type FoundKey, scanKeys, scanNames } from '@redis-to-mongo/redis-source';
import type { Fleet } from './key-actions.js';
import { REREAD } from './retry.js';

type RedisClient = Parameters<typeof scanKeys>[0];

/**
 * The keys in Redis with their types, without duplicates, sorted by name. Memory grows with their number.
 * @throws SyncError as scanKeys; after a failover, only if 20 s of retries have not helped.
 */
export async function keysInRedis(
  redis: RedisClient,
  wanted: (key: string) => boolean,
): Promise<ReadonlyMap<string, FoundKey['type']>> {
  return await withRetry(async () => {
    const types = new Map<string, FoundKey['type']>();
    for await (const found of scanKeys(redis, wanted))
      for (const { key, type } of found) types.set(key, type);
    return new Map([...types].sort(([a], [b]) => (a < b ? -1 : 1)));
  }, REREAD);
}

/** The names of the keys in Redis. Memory grows with their number. @throws SyncError as keysInRedis. */
export async function namesInRedis(
  redis: RedisClient,
  wanted: (key: string) => boolean,
): Promise<ReadonlySet<string>> {
  return await withRetry(async () => {
    const names = new Set<string>();
    for await (const found of scanNames(redis, wanted)) for (const key of found) names.add(key);
    return names;
  }, REREAD);
}

/** The names of the keys that are active in MongoDB. */
export async function keysInMongo(
  db: Fleet['db'],
  wanted: (key: string, keyType: KeyType) => boolean,
): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for await (const { key, keyType } of activeKeys(db)) if (wanted(key, keyType)) names.add(key);
  return names;
}
