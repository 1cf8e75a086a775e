import { dateOf, keyBytes } from '@redis-to-mongo/pipeline';
import { isCommandRefused, redisError } from '@redis-to-mongo/redis-connection';

import type { Problems } from './problems.js';
import type { RedisClient } from './sides.js';

/**
 * Tolerance for an expiry time computed from the remaining time: each side is off by the time its answer
 * took.
 */
const TOLERANCE_MS = 5_000;

/** When a key expires in Redis. */
export interface Expiry {
  /** Null for never. */
  readonly at: Date | null;
  /** Whether the server reports this time itself. Otherwise it is computed from the remaining time. */
  readonly isExact: boolean;
}

/**
 * Compares the expiry time of a key with the times that MongoDB holds.
 * @param isExact whether the fleet reads the expiry time itself, if the server reports it; else it reads the
 * remaining time.
 */
export function compareExpiry(
  here: Expiry,
  mirrored: readonly (Date | null)[],
  isExact: boolean,
  problems: Problems,
): void {
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

/** Reads when a key expires; never, if it does not exist. @throws SyncError as redisError. */
export async function expiryOf(redis: RedisClient, keyId: string): Promise<Expiry> {
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
