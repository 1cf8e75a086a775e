import type { Item, ValueType } from '@redis-to-mongo/key-types';
import { masterOf, redisError } from '@redis-to-mongo/redis-connection';
import type { Redis } from 'ioredis';
import { askOf, serverSource } from './server-source.js';
import { detailed } from './whole-reading.js';

/** Items asked of Redis at once. */
const PAGE = 1000;

/**
 * A value's items as Redis holds them now, page by page where it has pages, without watching the key: what changes meanwhile is
 * there or not, and SSCAN and its like may give an item twice.
 * @throws SyncError as redisError.
 */
export async function* readItems(redis: Redis, type: ValueType, key: Buffer): AsyncGenerator<Item> {
  try {
    const server = await masterOf(redis, key);
    const source = serverSource(type.source);
    const detail = await source.knownDetail(server, key);
    for await (const page of pagesOf(server, type, key))
      yield* detail ? await detailed(server, detail, key, page) : page;
  } catch (error) {
    throw redisError(error);
  }
}

async function* pagesOf(
  server: Redis,
  { source: { pages, whole } }: ValueType,
  key: Buffer,
): AsyncGenerator<readonly Item[]> {
  const ask = askOf(server);
  if (pages) yield* pages(ask, key, PAGE);
  else yield whole.items(await ask(...whole.command(key))) ?? [];
}
