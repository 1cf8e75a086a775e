import { keyIdOf } from '@redis-to-mongo/pipeline';
import { knownMasters, redisError } from '@redis-to-mongo/redis-connection';
import type { Redis } from 'ioredis';
import { typesOf } from './scan-keys.js';

/** Some of the keys of interest, each as likely as the others, and about how many there are in all. */
export interface SampledKeys {
  readonly total: number;
  readonly keys: readonly { readonly key: string; readonly keyType: string }[];
}

/**
 * A sample of the keys, of bounded size; none where there are few of them.
 * @param wanted which keys are of interest.
 * @param few below this many keys there is no sample.
 * @param most keys that are picked.
 * @throws SyncError as redisError, also where the user may not use RANDOMKEY.
 */
export async function sampleKeys(
  redis: Redis,
  wanted: (keyId: string) => boolean,
  { few, most }: { readonly few: number; readonly most: number },
): Promise<SampledKeys> {
  try {
    const nodes = await knownMasters(redis);
    const sizes = await Promise.all(nodes.map((node) => node.dbsize()));
    const all = sizes.reduce((sum, size) => sum + size, 0);
    if (all < few) return { total: all, keys: [] };
    const picked = await Promise.all(
      nodes.map((node, i) => randomNames(node, Math.round((most * (sizes[i] ?? 0)) / all))),
    );
    const names = picked.flat().map(keyIdOf);
    const types = await typesOf(redis, names);
    const keys = names.flatMap((key, i) => {
      const keyType = types[i];
      return typeof keyType === 'string' && wanted(key) ? [{ key, keyType }] : [];
    });
    return { total: names.length === 0 ? 0 : Math.round((all * keys.length) / names.length), keys };
  } catch (error) {
    throw redisError(error);
  }
}

/** RANDOMKEY picks each key about as often: https://redis.io/docs/latest/commands/randomkey/ */
async function randomNames(node: Redis, count: number): Promise<readonly Buffer[]> {
  const pipeline = node.pipeline();
  for (let i = 0; i < count; i++) pipeline.randomkeyBuffer();
  const replies = (await pipeline.exec()) ?? [];
  return replies.flatMap(([error, name]) => {
    if (error) throw error;
    return Buffer.isBuffer(name) ? [name] : [];
  });
}
