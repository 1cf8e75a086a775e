import { dateOf } from '@redis-to-mongo/pipeline';
import { isCommandRefused, isRedirected, redisError } from '@redis-to-mongo/redis-connection';
import { Command, type Redis } from 'ioredis';
import { oncePerConnection } from './once-per-connection.js';

/** The command that asks when a key expires, to be sent together with other commands. */
export interface KeyExpiry {
  readonly command: 'PEXPIRETIME' | 'PTTL';
  /** Converts a reply of the command into a time in ms since 1970; null for never. */
  at(reply: unknown): number | null;
  /** Whether two such times are the same. Times computed from PTTL always differ a little. */
  same(a: number | null, b: number | null): boolean;
}

/** The date that a reply of the command means; null for never. */
export function expiryDate(expiry: KeyExpiry, reply: unknown): Date | null {
  const at = expiry.at(reply);
  return at === null ? null : dateOf(at);
}

/** The date that is known, where the one just read is no other. */
export function settledExpiry({ same }: KeyExpiry, known: Date | null, read: Date | null): Date | null {
  return same(known?.getTime() ?? null, read?.getTime() ?? null) ? known : read;
}

/** Below Redis 7.0 the time is computed from what is left of it, and off by the time that the answer takes. */
const PTTL_TOLERANCE_MS = 2000;

/** Returns a function that finds out, once per connection, how the server reports a key's expiry time. */
export function keyExpiry(): (redis: Redis, key: Buffer) => Promise<KeyExpiry> {
  return oncePerConnection(detect);
}

async function detect(redis: Redis, key: Buffer): Promise<KeyExpiry> {
  try {
    await redis.sendCommand(new Command('PEXPIRETIME', [key]));
    return EXACT;
  } catch (error) {
    if (isRedirected(error)) return EXACT;
    if (!isCommandRefused(error)) throw redisError(error);
    return {
      command: 'PTTL',
      at: (reply) => (Number(reply) < 0 ? null : Date.now() + Number(reply)),
      same: (a, b) => a === b || (a !== null && b !== null && Math.abs(a - b) < PTTL_TOLERANCE_MS),
    };
  }
}

/** As Redis 7.0 and later say it. */
export const EXACT: KeyExpiry = {
  command: 'PEXPIRETIME',
  at: (reply) => (Number(reply) < 0 ? null : Number(reply)),
  same: (a, b) => a === b,
};
