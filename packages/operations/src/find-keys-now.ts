import { activeKeys } from '@redis-to-mongo/mongo-sink';
import { type KeyType, withRetry } from '@redis-to-mongo/pipeline';
import { sameServer } from '@redis-to-mongo/redis-connection';
import { type FoundKey, scanKeys, scanNames, typesOf } from '@redis-to-mongo/redis-source';
import type { Fleet } from './key-actions.js';
import { REREAD } from './retry.js';

type RedisClient = Parameters<typeof scanKeys>[0];

/** Which keys to find. */
export interface ChosenKeys {
  readonly wanted: (key: string) => boolean;
  /** The only keys that can be wanted, if they are known. Then only these are looked up. */
  readonly names?: readonly string[] | undefined;
}

/**
 * The keys in Redis with their types, without duplicates, sorted by name. Memory grows with their number.
 * @throws SyncError as scanKeys; after a failover, only if 20 s of retries have not helped.
 */
export async function keysInRedis(
  redis: RedisClient,
  { wanted, names }: ChosenKeys,
): Promise<ReadonlyMap<string, FoundKey['type']>> {
  return await withRetry(async () => {
    const types = new Map<string, FoundKey['type']>();
    for await (const found of names ? namedKeys(redis, names.filter(wanted)) : scanKeys(redis, wanted))
      for (const { key, type } of found) types.set(key, type);
    return new Map([...types].sort(([a], [b]) => (a < b ? -1 : 1)));
  }, REREAD);
}

/** The names of the keys in Redis. Memory grows with their number. @throws SyncError as keysInRedis. */
export async function namesInRedis(redis: RedisClient, chosen: ChosenKeys): Promise<ReadonlySet<string>> {
  const { wanted, names: known } = chosen;
  if (known) return new Set((await keysInRedis(redis, chosen)).keys());
  return await withRetry(async () => {
    const names = new Set<string>();
    for await (const found of scanNames(redis, wanted)) for (const key of found) names.add(key);
    return names;
  }, REREAD);
}

async function* namedKeys(redis: RedisClient, names: readonly string[]): AsyncGenerator<readonly FoundKey[]> {
  const confirm = sameServer(redis);
  const types = await typesOf(redis, names);
  await confirm();
  yield names.flatMap((key, i) => {
    const type = types[i];
    return type === undefined ? [] : [{ key, type }];
  });
}

/** The names of the keys that are active in MongoDB, of all types or of some. */
export async function keysInMongo(
  db: Fleet['db'],
  { wanted, names: known }: ChosenKeys,
  isOfType: (keyType: KeyType) => boolean = () => true,
): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for await (const { key, keyType } of activeKeys(db, known))
    if (wanted(key) && isOfType(keyType)) names.add(key);
  return names;
}
