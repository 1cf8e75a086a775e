import { SyncError, storedText } from '@redis-to-mongo/pipeline';
import { redisError, throwRedisError } from '@redis-to-mongo/redis-connection';
import type { Redis } from 'ioredis';
import { expiryDate, type KeyExpiry } from '../key-expiry.js';
import type { Entry } from './entry-digest.js';
import { entrySizes, parseStreamInfo, type StreamInfo } from './stream-info.js';

/** The content of a stream at one instant, from an id on. */
export interface Reading {
  readonly info: StreamInfo;
  readonly entries: readonly Entry[];
  /** Whether a name or value is not UTF-8. */
  readonly binary: boolean;
  /** When the key expires; null for never. */
  readonly expiresAt: Date | null;
}

/**
 * Reads XINFO and the entries from `from` on, at one instant. Replies are read as text, which is fast. If the
 * text contains the replacement character, it may stand for other bytes, so they are read again as bytes.
 * `undefined` if the key is gone.
 */
export async function readStream(
  redis: Redis,
  key: Buffer,
  from: string,
  count: number,
  binary: boolean,
  expiry: KeyExpiry,
): Promise<Reading | undefined> {
  const transaction = redis.multi().xinfo('STREAM', key);
  const replies = await (binary
    ? transaction.xrangeBuffer(key, from, '+', 'COUNT', count)
    : transaction.xrange(key, from, '+', 'COUNT', count)
  )
    .call(expiry.command, key)
    .exec()
    .catch(throwRedisError());
  const [infoError, infoReply] = replies?.[0] ?? [undefined, undefined];
  const [rangeError, rangeReply] = replies?.[1] ?? [undefined, undefined];
  if (infoError) {
    if (isNoSuchKey(infoError)) return undefined;
    throw redisError(infoError);
  }
  const [expiryError, expiryReply] = replies?.[2] ?? [undefined, undefined];
  if (rangeError) throw redisError(rangeError);
  if (expiryError) throw redisError(expiryError);
  const expiresAt = expiryDate(expiry, expiryReply);
  const info = parseStreamInfo(infoReply);
  const raw = parseEntries(rangeReply);
  if (binary) {
    const textOf = (item: unknown) => (Buffer.isBuffer(item) ? storedText(item) : String(item));
    const entries = raw.map(([id, flat]): Entry => [String(id), flat.map(textOf)]);
    return {
      info,
      entries,
      binary: entries.some(([, flat]) => flat.some((item) => typeof item !== 'string')),
      expiresAt,
    };
  }
  if (raw.some(([, flat]) => flat.some((item) => typeof item === 'string' && item.includes('\ufffd'))))
    return await readStream(redis, key, from, count, true, expiry);
  return { info, entries: raw as readonly Entry[], binary: false, expiresAt };
}

export function isNoSuchKey(error: Error): boolean {
  return /no such key/i.test(error.message);
}

function parseEntries(reply: unknown): readonly (readonly [id: unknown, flat: readonly unknown[]])[] {
  if (!Array.isArray(reply)) throw new SyncError('REDIS_REPLY', 'unknown', 'XRANGE: the reply is not a list');
  return reply;
}

/**
 * Estimates the size of a message before any entry was read, in bytes: by the larger one of the stream's
 * first and last entries; 0 for an empty stream. A message contains the key twice.
 */
export async function guessEntryBytes(redis: Redis, key: Buffer): Promise<number> {
  const reply = await redis.xinfo('STREAM', key).catch((error: unknown) => {
    if (error instanceof Error && isNoSuchKey(error)) return [];
    throw redisError(error);
  });
  const sizes = entrySizes(reply);
  return sizes.length === 0 ? 0 : Math.max(...sizes) + 2 * key.length;
}
