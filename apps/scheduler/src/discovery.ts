import { keyBytes } from '@redis-to-mongo/pipeline';
import { discover, type FoundKey, type ScanMemory, typesOf } from '@redis-to-mongo/redis-source';
import type { KnownKey, KnownKeys } from './known-keys.js';

type Redis = Parameters<typeof discover>[0];

export interface DiscoveryOptions {
  readonly redis: Redis;
  readonly wanted: (keyId: string) => boolean;
  readonly known: KnownKeys;
  readonly memory: ScanMemory<readonly FoundKey[]>;
}

/** One pass of SCAN: what is new, and what has gone. */
export async function discoverOnce(
  options: DiscoveryOptions,
): Promise<{ fresh: KnownKey[]; gone: KnownKey[] }> {
  const { redis, wanted, known, memory } = options;
  const types = { get: (key: string) => known.get(key)?.type };
  const fresh: KnownKey[] = [];
  for await (const found of discover(redis, { wanted, known: types, memory }))
    fresh.push(...known.meet(found));
  const missed = known.endPass();
  const names = missed.map(({ key }) => keyBytes(key));
  const now = await typesOf(redis, names);
  return { fresh, gone: missed.filter((_, i) => now[i] === undefined) };
}
