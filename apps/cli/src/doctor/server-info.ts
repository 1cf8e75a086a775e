import { isCommandRefused, type RedisRole, redisError } from '@redis-to-mongo/redis-connection';
import type { RedisClient } from '../clients.js';

/** Facts that a Redis server reports about itself. */
export interface ServerInfo {
  /** `undefined` if the user may not run INFO. Then the other fields from INFO are missing, too. */
  readonly version: string | undefined;
  /** The version as a number that compares: 7.0 is 700. */
  readonly number: number;
  field(name: string): string | undefined;
  /** How far its clock is ahead of this machine's, in ms. The error is at most half of the response time. */
  readonly clockAheadMs: number | undefined;
}

/** @throws SyncError as redisError, if the server does not answer or refuses the login. */
export async function readServerInfo(redis: RedisClient, role: RedisRole): Promise<ServerInfo> {
  try {
    await redis.ping();
    const text = await redis.info().catch((error: unknown) => {
      if (isCommandRefused(error)) return '';
      throw error;
    });
    const fields = new Map(
      text.split('\r\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
    );
    const version = fields.get('redis_version');
    const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
    return {
      version: fields.get('valkey_version') ?? version,
      number: 100 * major + minor,
      field: (name) => fields.get(name),
      clockAheadMs: await clockAhead(redis),
    };
  } catch (error) {
    throw redisError(error, role);
  }
}

/** `undefined` if the user may not run TIME. */
async function clockAhead(redis: RedisClient): Promise<number | undefined> {
  const asked = Date.now();
  const time = await redis.time().catch(() => undefined);
  if (!time) return undefined;
  return 1000 * Number(time[0]) + Number(time[1]) / 1000 - (asked + Date.now()) / 2;
}
