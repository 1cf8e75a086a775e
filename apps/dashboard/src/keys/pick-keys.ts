import type { Config } from '@redis-to-mongo/config';
import { chosenKeys } from '@redis-to-mongo/operations';
import type { connectRedis } from '@redis-to-mongo/redis-connection';
import { type SampledKeys, sampleKeys } from '@redis-to-mongo/redis-source';

/** Of fewer keys, any list is read at once. */
const FEW = 20_000;
/** Keys that are picked: what is kept of them does not grow with the number of keys. */
const MOST = 4_096;

/** Picks some of the keys that the configuration chooses; none where there are few. */
export function pickKeys(
  config: Config,
  source: ReturnType<typeof connectRedis>,
): () => Promise<SampledKeys> {
  const wanted = chosenKeys(config);
  return async () => await sampleKeys(source, wanted, { few: FEW, most: MOST });
}
