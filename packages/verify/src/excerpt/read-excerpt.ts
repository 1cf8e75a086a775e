import { isValueType, valueType } from '@redis-to-mongo/key-types';
import type { KeyState } from '@redis-to-mongo/pipeline';
import { readExcerpt as readSource, type SourceExcerpt, typesOf } from '@redis-to-mongo/redis-source';
import type { Sides } from '../sides.js';
import type { Excerpt } from './excerpt.js';
import { streamRows } from './stream-rows.js';
import { valueRows } from './value-rows.js';

const NOTHING: SourceExcerpt = { size: 0, items: [], asked: [] };

/**
 * Reads the last entries of a stream, the newest first, or the first parts of a value, on both sides, and says what differs. It shows data,
 * of each part its beginning. A long part is compared by its length and its first 64 KiB; of Redis no more than that is read.
 * What the fleet is about to sync differs, too.
 * @param waitMs after which MongoDB gives up.
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
