import { SyncError } from '@redis-to-mongo/pipeline';
import type { Ask, Item } from '../contract/value-type.js';
import { PageSize } from './page-size.js';

/**
 * Pages of SSCAN, HSCAN or ZSCAN; an item has `arity` buffers. A page has about `count` items, fewer if they
 * are large.
 * Source: https://redis.io/docs/latest/commands/scan/
 */
export function scanPages(command: 'SSCAN' | 'HSCAN' | 'ZSCAN', arity: number) {
  return async function* (ask: Ask, key: Buffer, count: number): AsyncGenerator<readonly Item[]> {
    const page = new PageSize(count);
    let cursor = '0';
    do {
      const reply: unknown = await ask(command, key, cursor, 'COUNT', String(page.count));
      if (!Array.isArray(reply)) throw unexpected(command);
      cursor = String(reply[0]);
      const items = itemsOf(command, reply[1], arity);
      page.note(items);
      yield items;
    } while (cursor !== '0');
  };
}

/** Items from a flat list, or from a list of lists as in RESP3. */
export function itemsOf(command: string, reply: unknown, arity: number): readonly Item[] {
  if (!Array.isArray(reply)) throw unexpected(command);
  const flat: unknown[] = Array.isArray(reply[0]) ? reply.flat() : reply;
  const items: Buffer[][] = [];
  for (let i = 0; i < flat.length; i += arity) {
    const item: Buffer[] = [];
    for (let part = i; part < i + arity; part++) item.push(bufferOf(command, flat[part]));
    items.push(item);
  }
  return items;
}

export function bufferOf(command: string, reply: unknown): Buffer {
  if (!Buffer.isBuffer(reply)) throw unexpected(command);
  return reply;
}

/** The error for a reply that is not of the command's documented form. */
export function unexpected(command: string): SyncError {
  return new SyncError('REDIS_REPLY', 'unknown', `${command}: the reply is not of the documented form`);
}
