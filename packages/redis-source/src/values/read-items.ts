import type { Item, ValueType } from '@redis-to-mongo/key-types';
import { dateOf } from '@redis-to-mongo/pipeline';
import { masterOf, redisError } from '@redis-to-mongo/redis-connection';
import type { Redis } from 'ioredis';
import type { KeyExpiry } from '../key-expiry.js';
import { askOf, serverSource } from './server-source.js';
import { SmallReader } from './small-reader.js';
import type { SmallReply } from './small-reply.js';
import { detailed } from './whole-reading.js';

/** A small value as Redis held it at one instant. */
export interface SmallItems {
  readonly type: ValueType;
  /** @throws SyncError REDIS_REPLY if the server's answer has another form. */
  items(): readonly Item[];
  /**
   * When the key expires, null for never; and whether the server reports this time itself. Otherwise it is
   * computed from the remaining time.
   */
  expiry(): { readonly at: Date | null; readonly isExact: boolean };
}

/** Reads small values of many keys together; the other keys have to be read alone. */
export function smallItemsReader(redis: Redis, types: readonly ValueType[]): SmallReader<SmallItems> {
  const forms = types.map((type) => ({
    type,
    source: serverSource(type.source),
    small: (reply: SmallReply, expiresAt: number | null, { command }: KeyExpiry): SmallItems => ({
      type,
      items: () => reply.items(),
      expiry: () => ({
        at: expiresAt === null ? null : dateOf(expiresAt),
        isExact: command === 'PEXPIRETIME',
      }),
    }),
  }));
  return new SmallReader(redis, forms);
}

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
