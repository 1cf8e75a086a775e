import { createHash } from 'node:crypto';
import { type StoredText, SyncError, storedText } from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';
import { redisError } from '../redis-error.js';
import { entrySizes, parseStreamInfo, type StreamInfo } from './stream-info.js';

/** A stream's entry: its id, and names and values in turn. */
export type Entry = readonly [id: string, flat: readonly StoredText[]];

/** What a stream held in one instant, from an id on. */
export interface Reading {
  readonly info: StreamInfo;
  readonly entries: readonly Entry[];
  /** Some of it is not UTF-8. */
  readonly binary: boolean;
}

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
    .exec()
    .catch((error: unknown) => {
      throw redisError(error);
    });
  const [infoError, infoReply] = replies?.[0] ?? [undefined, undefined];
  const [rangeError, rangeReply] = replies?.[1] ?? [undefined, undefined];
  if (infoError) {
    if (isNoSuchKey(infoError)) return undefined;
    throw redisError(infoError);
  }
  if (rangeError) throw redisError(rangeError);
  const info = parseStreamInfo(infoReply);
  const raw = parseEntries(rangeReply);
  if (binary) {
    const entries = raw.map(([id, flat]): Entry => [String(id), flat.map(textOf)]);
    return {
      info,
      entries,
      binary: entries.some(([, flat]) => flat.some((item) => typeof item !== 'string')),
    };
  }
  if (raw.some(([, flat]) => flat.some(isDoubtful))) return await readStream(redis, key, from, count, true);
  return { info, entries: raw as readonly Entry[], binary: false };
}

function isNoSuchKey(error: Error): boolean {
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

/** The size of an entry, before any was read: by the larger of the stream's first and last one. */
export async function guessEntryBytes(redis: Redis, key: Buffer): Promise<number> {
  const reply = await redis.xinfo('STREAM', key).catch((error: unknown) => {
    if (error instanceof Error && isNoSuchKey(error)) return [];
    throw redisError(error);
  });
  return Math.max(1, ...entrySizes(reply));
}

/** Tells an entry from any other one with the same id. */
export function digestOf([id, flat]: Entry): string {
  const hash = createHash('sha1').update(id);
  for (const item of flat) hash.update(`\0${item.length}:`).update(item);
  return hash.digest('base64').slice(0, 12);
}
