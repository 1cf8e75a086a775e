import { keyIdOf } from '@redis-to-mongo/pipeline';
import { knownMasters, redisError } from '@redis-to-mongo/redis-connection';
import type { Redis } from 'ioredis';
import { typesOf } from './scan-keys.js';

/** A random sample of the wanted keys. */
export interface SampledKeys {
  /** The estimated number of wanted keys; 0 if the sample is empty, because nothing was estimated. */
  readonly total: number;
  readonly keys: readonly { readonly key: string; readonly keyType: string }[];
}

/**
 * Samples the keys; the sample has a bounded size. If there are few keys, it is empty.
 * @param wanted selects the keys.
 * @param few with fewer keys than this, the sample is empty.
 * @param most maximum number of keys that are picked.
 * @throws SyncError as redisError, also if the user may not run RANDOMKEY.
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
    if (all < few) return { total: 0, keys: [] };
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

/**
 * RANDOMKEY picks each key with about the same probability: https://redis.io/docs/latest/commands/randomkey/
 */
async function randomNames(node: Redis, count: number): Promise<readonly Buffer[]> {
  const pipeline = node.pipeline();
  for (let i = 0; i < count; i++) pipeline.randomkeyBuffer();
  const replies = (await pipeline.exec()) ?? [];
  return replies.flatMap(([error, name]) => {
    if (error) throw error;
    return Buffer.isBuffer(name) ? [name] : [];
  });
}
