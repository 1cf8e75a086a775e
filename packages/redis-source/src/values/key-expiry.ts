import { isCommandRefused, isRedirected, redisError } from '@redis-to-mongo/redis-connection';
import { Command, type Redis } from 'ioredis';
import { oncePerConnection } from './once-per-connection.js';

/** Asks when a key expires, together with other commands. */
export interface KeyExpiry {
  readonly command: 'PEXPIRETIME' | 'PTTL';
  /** The time in ms since 1970 that a reply of the command means; null for never. */
  at(reply: unknown): number | null;
  /** Whether two such times are the same: a time computed from PTTL is never quite. */
  same(a: number | null, b: number | null): boolean;
}

/** Below Redis 7.0 the time is computed from what is left of it, and off by the time that the answer takes. */
const PTTL_TOLERANCE_MS = 2000;

/** Finds out, once for each connection, how the server reports the time at which a key expires. */
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

const EXACT: KeyExpiry = {
  command: 'PEXPIRETIME',
  at: (reply) => (Number(reply) < 0 ? null : Number(reply)),
  same: (a, b) => a === b,
};
