import { isValueType, valueType } from '@redis-to-mongo/key-types';
import type { KeyState } from '@redis-to-mongo/pipeline';
import { readExcerpt as readSource, type SourceExcerpt, typesOf } from '@redis-to-mongo/redis-source';
import type { Sides } from '../sides.js';
import type { Excerpt } from './excerpt.js';
import { streamRows } from './stream-rows.js';
import { valueRows } from './value-rows.js';

const NOTHING: SourceExcerpt = { size: 0, items: [], asked: [] };

/**
 * Reads the last entries of a stream, newest first, or the first parts of a value, on both sides, and
 * compares them. The result contains data: the beginning of each part. A long part is compared by its length
 * and its first 64 KiB; no more is read from Redis. Changes that the fleet has not synced yet show as
 * differences.
 * @param waitMs time limit for MongoDB, in ms.
 * @throws SyncError as redisError and mongoError; VALUE_CHANGED_WHILE_READ: read again.
 */
export async function readExcerpt({ redis, db }: Sides, state: KeyState, waitMs: number): Promise<Excerpt> {
  const { key, keyType } = state;
  const [type] = await typesOf(redis, [key]);
  const inRedis = type === undefined ? 'none' : typeof type === 'string' ? type : type.unknown;
  const ask = async (limit: number, names: readonly Buffer[]) =>
    inRedis === keyType ? await readSource(redis, key, keyType, limit, names) : NOTHING;
  const found = isValueType(keyType)
    ? await valueRows(db, valueType(keyType), state, ask)
    : await streamRows(db, state, ask, waitMs);
  return { at: new Date(), inRedis, ...found };
}
