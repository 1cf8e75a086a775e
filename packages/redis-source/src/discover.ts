import { type KeyType, keyIdOf, keyTypeOf } from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';
import { redisError } from './redis-error.js';

/** A key that SCAN met, with its type; `unknown` carries the server's word for a type nobody here knows. */
export interface FoundKey {
  readonly key: string;
  readonly type: KeyType | { readonly unknown: string };
}

export interface DiscoverOptions {
  /** Which keys are of interest; the others' types are not asked. */
  readonly wanted: (keyId: string) => boolean;
  /** Types known from earlier passes; not asked again. A worker notices by itself when a key changes its type. */
  readonly known: ReadonlyMap<string, FoundKey['type']>;
  /** Keys per SCAN step; bounds how long one step keeps the server busy. */
  readonly scanCount?: number;
}

/**
 * Finds the keys by SCAN, with their types. A key may be given twice, and one that is created or deleted meanwhile
 * may be missed: SCAN promises only keys that are there from start to end.
 * Source: https://redis.io/docs/latest/commands/scan/
 * @throws SyncError as redisError tells.
 */
export async function* discover(redis: Redis, options: DiscoverOptions): AsyncGenerator<FoundKey[]> {
  let cursor = '0';
  do {
    const [next, names] = await redis
      .scanBuffer(cursor, 'COUNT', options.scanCount ?? 1000)
      .catch((error: unknown) => {
        throw redisError(error);
      });
    cursor = String(next);
    const wanted = names
      .map((name) => ({ name, key: keyIdOf(name) }))
      .filter(({ key }) => options.wanted(key));
    const unknown = wanted.filter(({ key }) => !options.known.has(key));
    const types = new Map(
      (
        await typesOf(
          redis,
          unknown.map(({ name }) => name),
        )
      ).map((type, i) => [unknown[i]?.key, type]),
    );
    yield wanted.flatMap(({ key }) => {
      const type = options.known.get(key) ?? types.get(key);
      return type === undefined ? [] : [{ key, type }];
    });
  } while (cursor !== '0');
}

/** Which of the keys are there right now. */
export async function stillThere(redis: Redis, keys: readonly Buffer[]): Promise<boolean[]> {
  return (await typesOf(redis, keys)).map((type) => type !== undefined);
}

async function typesOf(redis: Redis, names: readonly Buffer[]): Promise<(FoundKey['type'] | undefined)[]> {
  if (names.length === 0) return [];
  const pipeline = redis.pipeline();
  for (const name of names) pipeline.type(name);
  const replies = await pipeline.exec().catch((error: unknown) => {
    throw redisError(error);
  });
  return (replies ?? []).map(([error, answer]) => {
    if (error) throw redisError(error);
    return keyTypeOf(String(answer));
  });
}
