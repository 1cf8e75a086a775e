import { dateOf, type StoredText, SyncError, storedText } from '@redis-to-mongo/pipeline';
import { redisError, throwRedisError } from '@redis-to-mongo/redis-connection';
import type { Redis } from 'ioredis';
import type { Entry } from './entry-digest.js';
import { entrySizes, parseStreamInfo, type StreamInfo } from './stream-info.js';

/** What a stream held in one instant, from an id on. */
export interface Reading {
  readonly info: StreamInfo;
  readonly entries: readonly Entry[];
  /** Some of it is not UTF-8. */
  readonly binary: boolean;
  /** When the key expires, as far as that can be determined from the time left; null for never. */
  readonly expiresAt: Date | null;
}

/** Two times of expiry that differ by less are one: the time left is measured, and the answer takes time. */
const SAME_EXPIRY_MS = 2000;

/**
 * One instant of the stream: XINFO and the entries from `from` on. Replies are read as text, which is fast; text
 * that shows the replacement character may have been other bytes, so the read is made again, as bytes.
 * `undefined` when the key is gone.
 */
export async function readStream(
  redis: Redis,
  key: Buffer,
  from: string,
  count: number,
  binary: boolean,
): Promise<Reading | undefined> {
  const transaction = redis.multi().xinfo('STREAM', key);
  const replies = await (binary
    ? transaction.xrangeBuffer(key, from, '+', 'COUNT', count)
    : transaction.xrange(key, from, '+', 'COUNT', count)
  )
    .pttl(key)
    .exec()
    .catch(throwRedisError());
  const [infoError, infoReply] = replies?.[0] ?? [undefined, undefined];
  const [rangeError, rangeReply] = replies?.[1] ?? [undefined, undefined];
  if (infoError) {
    if (isNoSuchKey(infoError)) return undefined;
    throw redisError(infoError);
  }
  const [expiryError, timeLeft] = replies?.[2] ?? [undefined, undefined];
  if (rangeError) throw redisError(rangeError);
  if (expiryError) throw redisError(expiryError);
  const expiresAt = expiryAt(Number(timeLeft));
  const info = parseStreamInfo(infoReply);
  const raw = parseEntries(rangeReply);
  if (binary) {
    const entries = raw.map(([id, flat]): Entry => [String(id), flat.map(textOf)]);
    return {
      info,
      entries,
      binary: entries.some(([, flat]) => flat.some((item) => typeof item !== 'string')),
      expiresAt,
    };
  }
  if (raw.some(([, flat]) => flat.some(isDoubtful))) return await readStream(redis, key, from, count, true);
  return { info, entries: raw as readonly Entry[], binary: false, expiresAt };
}

/** When a key expires, by the answer of PTTL just now, in ms; null for never. */
export function expiryAt(timeLeft: number): Date | null {
  return timeLeft < 0 ? null : dateOf(Date.now() + timeLeft);
}

/** The time of expiry that is known, where the one just read is no other. */
export function settledExpiry(known: Date | null, read: Date | null): Date | null {
  const isSame = known && read && Math.abs(known.getTime() - read.getTime()) < SAME_EXPIRY_MS;
  return isSame ? known : read;
}

export function isNoSuchKey(error: Error): boolean {
  return /no such key/i.test(error.message);
}

function isDoubtful(item: unknown): boolean {
  return typeof item === 'string' && item.includes('\ufffd');
}

function textOf(item: unknown): StoredText {
  return Buffer.isBuffer(item) ? storedText(item) : String(item);
}

function parseEntries(reply: unknown): readonly (readonly [id: unknown, flat: readonly unknown[]])[] {
  if (!Array.isArray(reply)) throw new SyncError('REDIS_REPLY', 'unknown', 'XRANGE: the reply is not a list');
  return reply;
}

/**
 * The size of an entry's message, before any was read: by the larger of the stream's first and last one; 0 where it has none. A message
 * has the key twice.
 */
export async function guessEntryBytes(redis: Redis, key: Buffer): Promise<number> {
  const reply = await redis.xinfo('STREAM', key).catch((error: unknown) => {
    if (error instanceof Error && isNoSuchKey(error)) return [];
    throw redisError(error);
  });
  const sizes = entrySizes(reply);
  return sizes.length === 0 ? 0 : Math.max(...sizes) + 2 * key.length;
}
