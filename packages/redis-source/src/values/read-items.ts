import type { Item, ValueType } from '@redis-to-mongo/key-types';
import { masterOf, redisError } from '@redis-to-mongo/redis-connection';
import type { Redis } from 'ioredis';
import { askOf, serverSource } from './server-source.js';
import { detailed } from './whole-reading.js';

/** Number of items per page. */
const PAGE = 1000;

/**
 * Reads a value's items as Redis holds them now, in pages if the type has them. The key is not watched: items
 * that change meanwhile may be there or not, and SSCAN, HSCAN and ZSCAN may return an item twice.
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
