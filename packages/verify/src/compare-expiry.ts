import { dateOf, keyBytes } from '@redis-to-mongo/pipeline';
import { isCommandRefused, redisError } from '@redis-to-mongo/redis-connection';

import type { Problems } from './problems.js';
import type { RedisClient } from './sides.js';

/** Where the time is computed from what is left of it, it is off by the time that the answers took: on both sides. */
const TOLERANCE_MS = 5_000;

/**
 * Compares the time at which a key expires with those that MongoDB holds of it.
 * @param isExact whether the fleet reads the time itself, if the server reports it; otherwise it reads what is left of it.
 * @throws SyncError as redisError.
 */
export async function compareExpiry(
  redis: RedisClient,
  keyId: string,
  mirrored: readonly (Date | null)[],
  isExact: boolean,
  problems: Problems,
): Promise<void> {
  const here = await expiryOf(redis, keyId);
  const tolerance = isExact && here.isExact ? 0 : TOLERANCE_MS;
  const wrong = mirrored.find((date) => {
    if (here.at === null || date === null) return here.at !== date;
    return Math.abs(here.at.getTime() - date.getTime()) > tolerance;
  });
  if (wrong === undefined) return;
  problems.addDifferent(
    wrong === null
      ? 'its expiry time is missing'
      : here.at === null
        ? 'expires in MongoDB, not in Redis'
        : 'expires at another time',
  );
}

/** When a key expires; null for never, or for a key that is not there. */
async function expiryOf(redis: RedisClient, keyId: string) {
  const key = keyBytes(keyId);
  try {
    const at = await redis.pexpiretime(key);
    return { at: at < 0 ? null : dateOf(at), isExact: true };
  } catch (error) {
    if (!isCommandRefused(error)) throw redisError(error);
  }
  try {
    const left = await redis.pttl(key);
    return { at: left < 0 ? null : dateOf(Date.now() + left), isExact: false };
  } catch (error) {
    throw redisError(error);
  }
}
