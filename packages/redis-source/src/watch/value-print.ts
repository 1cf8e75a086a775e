import { pipelined, redisError } from '@redis-to-mongo/redis-connection';
import type { Redis } from 'ioredis';
import { nameOf } from './news-reader.js';

/** What one look at a value gave. */
export type ValueLook =
  | { readonly kind: 'gone' }
  /** Too large to be looked at often. */
  | { readonly kind: 'large' }
  | {
      readonly kind: 'value';
      /** Differs when the value does. It may also differ when only Redis' inner representation of the value did. */
      readonly print: string;
      readonly bytes: number;
      /** When Redis will remove the key, in ms since 1970; undefined for never. */
      readonly expiresAt: number | undefined;
    };

export interface LookAt {
  readonly key: string;
  /** The value's size when last seen; what is unknown or not small is measured first. */
  readonly bytes: number | undefined;
}

/** Values beyond this size, in bytes of Redis' memory, are not looked at. */
const LARGE = 64 * 1024;
/** A value that was smaller than this is not measured again before it is looked at. */
const SMALL = 4 * 1024;
/** DUMP ends with two bytes of version and eight of CRC-64 over all before. */
const CHECKSUM = 8;

/**
 * Takes fingerprints of values of any type: the checksum that Redis itself puts at the end of a DUMP. For a small
 * set this takes Redis 2 µs and Node 8; a job would take a hundred times as much.
 * Source: https://redis.io/docs/latest/commands/dump/
 * @throws SyncError as redisError tells.
 */
export async function lookAtValues(redis: Redis, keys: readonly LookAt[]): Promise<ValueLook[]> {
  const doubtful = keys.filter(({ bytes }) => bytes === undefined || bytes > SMALL);
  const sizes = await measure(redis, doubtful);
  const small = keys.filter(({ key }) => (sizes.get(key) ?? 0) <= LARGE);
  const dumps = pipelined(redis, small, byName, (to, at) => to.dumpBuffer(byName(at)).pttl(byName(at)), 2);
  const replies = (await resultsOf(dumps)).values();
  return keys.map(({ key }): ValueLook => {
    if ((sizes.get(key) ?? 0) > LARGE) return { kind: 'large' };
    const dump: unknown = replies.next().value;
    const ttl = Number(replies.next().value);
    if (!Buffer.isBuffer(dump)) return { kind: 'gone' };
    return {
      kind: 'value',
      print: `${dump.length}:${dump.toString('latin1', dump.length - CHECKSUM)}`,
      bytes: dump.length,
      expiresAt: ttl < 0 ? undefined : Date.now() + ttl,
    };
  });
}

async function measure(redis: Redis, keys: readonly LookAt[]): Promise<Map<string, number>> {
  const sizes = await resultsOf(pipelined(redis, keys, byName, (to, at) => to.memory('USAGE', byName(at))));
  return new Map(keys.map(({ key }, i) => [key, Number(sizes[i] ?? 0)]));
}

function byName({ key }: LookAt): string | Buffer {
  return nameOf(key);
}

async function resultsOf(replies: ReturnType<typeof pipelined>): Promise<unknown[]> {
  const all = await replies.catch((error: unknown) => {
    throw redisError(error);
  });
  return all.map(([error, result]) => {
    if (error) throw redisError(error);
    return result;
  });
}
