import { type KeyType, keyBytes, SyncError } from '@redis-to-mongo/pipeline';
import { redisError } from '@redis-to-mongo/redis-connection';
import type { Redis } from 'ioredis';
import { KeysScript } from '../values/keys-script.js';
import { EXCERPT_SCRIPT } from './excerpt-script.js';
import { COMPARED_BYTES, HEAD_BYTES, type Piece } from './piece.js';

/** Names and values of an entry that are read. */
export const MOST_PARTS = 100;

/** An entry, member, field or item of a key, or all of a string or a JSON text, as far as it is shown. */
export interface ExcerptItem {
  /** Of an entry; else empty. */
  readonly id: string;
  /** Names and values one after the other; member and score; field and value; else one piece. */
  readonly parts: readonly Piece[];
  /** Parts in all: an entry of very many fields is cut. */
  readonly count: number;
}

/** Some entries or items of a key, as Redis holds them. */
export interface SourceExcerpt {
  /** Entries, members, fields or items in all; of a string or a JSON text its bytes. */
  readonly size: number;
  readonly items: readonly ExcerptItem[];
  /**
   * What each name that was asked for has: its value or score, of a member itself; `undefined` where it is not there, `refused` where the
   * user may not look it up.
   */
  readonly asked: readonly (Piece | 'refused' | undefined)[];
}

/**
 * The last entries of a stream, the newest first, or the first members, fields or items of a value, each cut by the server: nothing large is sent.
 * @param names members or fields that are looked up, too.
 * @throws SyncError as redisError, and where the key is of another type.
 */
export async function readExcerpt(
  redis: Redis,
  key: string,
  keyType: KeyType,
  limit: number,
  names: readonly Buffer[] = [],
): Promise<SourceExcerpt> {
  const script = new KeysScript(redis, EXCERPT_SCRIPT);
  const numbers = [limit, HEAD_BYTES, COMPARED_BYTES, MOST_PARTS].map(String);
  try {
    const [reply] = await script.run([[keyBytes(key)]], [keyType, ...numbers, ...names]);
    if (reply instanceof Error) throw reply;
    const [size, items, asked] = listOf(reply);
    return {
      size: Number(size),
      items: listOf(items).map(itemOf),
      asked: listOf(asked).map(
        (found) => listOf(found).map((each) => (Array.isArray(each) ? asPiece(each) : 'refused'))[0],
      ),
    };
  } catch (error) {
    throw redisError(error);
  }
}

function itemOf(reply: unknown): ExcerptItem {
  const [id, count, parts] = listOf(reply);
  return { id: String(id), count: Number(count), parts: listOf(parts).map(asPiece) };
}

function asPiece(reply: unknown): Piece {
  const [bytes, head, digest] = listOf(reply);
  if (!Buffer.isBuffer(head)) throw unexpected();
  return { bytes: Number(bytes), head, digest: String(digest) };
}

function listOf(reply: unknown): readonly unknown[] {
  if (Array.isArray(reply)) return reply;
  throw unexpected();
}

function unexpected(): SyncError {
  return new SyncError('REDIS_REPLY', 'unknown', 'EVALSHA: the reply is not what the script answers');
}
