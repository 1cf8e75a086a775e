import type { Ask, Item, ItemDetail, ItemSource } from '@redis-to-mongo/key-types';
import { isCommandRefused, isRedirected } from '@redis-to-mongo/redis-connection';
import { Command, type Redis } from 'ioredis';
import { oncePerConnection } from '../once-per-connection.js';

/** How items are read from a server. It finds out once per connection which details the server can report. */
export interface ServerSource extends ItemSource {
  /** The details of items, if the server has the command for them and the user may run it. */
  knownDetail(client: Redis, key: Buffer): Promise<ItemDetail | undefined>;
}

/**
 * Whether a key with these items is gone. A missing key reads as one without items, and Redis keeps no empty
 * key of items.
 */
export function isGone({ size }: ItemSource, items: readonly Item[]): boolean {
  return items.length === 0 && size?.of === 'items';
}

export function serverSource(source: ItemSource): ServerSource {
  const { detail } = source;
  if (!detail) return { ...source, knownDetail: async () => undefined };
  const knows = oncePerConnection((client, key) => isAnswered(client, detail, key));
  return {
    ...source,
    knownDetail: async (client, key) => ((await knows(client, key)) ? detail : undefined),
  };
}

/** Sends commands over a connection; texts in replies are Buffers. */
export function askOf(client: Redis): Ask {
  return async (name, ...args) => await client.sendCommand(new Command(name, args, { replyEncoding: null }));
}

async function isAnswered(client: Redis, detail: ItemDetail, key: Buffer): Promise<boolean> {
  try {
    await askOf(client)(...detail.probe(key));
    return true;
  } catch (error) {
    if (isCommandRefused(error)) return false;
    // The server knows the command, whatever the key holds and wherever it is.
    if (isRedirected(error)) return true;
    if (error instanceof Error && error.message.startsWith('WRONGTYPE')) return true;
    throw error;
  }
}
