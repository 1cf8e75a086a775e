import { SyncError } from '@redis-to-mongo/pipeline';
import { masterOf, redisError } from '@redis-to-mongo/redis-connection';
import { Command, type Redis } from 'ioredis';
import { keyExpiry } from './key-expiry.js';
import type { Item, ItemSource } from './value-type.js';

/** How a reading of a value ended. */
export interface ReadingEnd {
  /** What was read is one state of the key. */
  readonly isWhole: boolean;
  /** The key is not there. */
  readonly isGone: boolean;
  /** In ms since 1970; null for never. Of the very instant of the state where `isWhole`. */
  readonly expiresAt: number | null;
}

const CHANGED: ReadingEnd = { isWhole: false, isGone: false, expiresAt: null };

/** Reads the items of a value, at once or in pages. */
export class ItemReader {
  readonly #redis: Redis;
  readonly #source: ItemSource;
  readonly #count: number;
  readonly #expiry = keyExpiry();

  /** @param count items a page. */
  constructor(redis: Redis, source: ItemSource, count: number) {
    this.#redis = redis;
    this.#source = source;
    this.#count = count;
  }

  /** Items or bytes; `undefined` where Redis has no command for it. 0 may be a key that is gone. */
  async size(key: Buffer): Promise<number | undefined> {
    if (!this.#source.size) return undefined;
    try {
      const server = await this.#masterOf(key);
      return Number(await server.sendCommand(new Command(this.#source.size.command, [key])));
    } catch (error) {
      throw redisError(error);
    }
  }

  async sameExpiry(key: Buffer, a: number | null, b: number | null): Promise<boolean> {
    return (await this.#expiry(await this.#masterOf(key), key)).same(a, b);
  }

  /** One instant of the value, read by one command with its time to live in one MULTI. */
  async *atomic(key: Buffer): AsyncGenerator<readonly Item[], ReadingEnd> {
    const server = await this.#masterOf(key);
    const expiry = await this.#expiry(server, key);
    const [command, ...args] = this.#source.whole.command(key);
    const replies = await server
      .multi()
      .callBuffer(command, ...args)
      .call(expiry.command, key)
      .exec()
      .catch((error: unknown) => {
        throw redisError(error);
      });
    const [wholeReply, timeReply] = unpack(replies);
    const items = this.#source.whole.items(wholeReply);
    if (items === undefined) return { isWhole: true, isGone: true, expiresAt: null };
    yield await this.#complete(server, key, items);
    return { isWhole: true, isGone: false, expiresAt: expiry.at(timeReply) };
  }

  async #masterOf(key: Buffer): Promise<Redis> {
    return await masterOf(this.#redis, key).catch((error: unknown) => {
      throw redisError(error);
    });
  }

  async #complete(client: Redis, key: Buffer, items: readonly Item[]): Promise<readonly Item[]> {
    return this.#source.complete && items.length > 0
      ? await this.#source.complete(client, key, items)
      : items;
  }

  /**
   * The value in pages, in bounded memory, without keeping Redis busy. The key is watched (on a connection of its own,
   * which never reconnects: a watch does not outlive it), so the end tells whether all pages are of one state.
   * Source: https://redis.io/docs/latest/develop/using-commands/transactions/#optimistic-locking-using-check-and-set
   */
  async *paged(key: Buffer): AsyncGenerator<readonly Item[], ReadingEnd> {
    const { pages, size } = this.#source;
    if (!pages || !size) return yield* this.atomic(key);
    const server = await this.#masterOf(key);
    const expiry = await this.#expiry(server, key);
    const client = server.duplicate({
      enableAutoPipelining: false,
      lazyConnect: true,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    });
    // Told by the rejected command as well; without a listener it would be printed.
    client.on('error', () => {});
    try {
      await client.connect();
      await client.watch(key);
      let read = 0;
      for await (const items of pages(client, key, this.#count)) {
        read +=
          size.of === 'items' ? items.length : items.reduce((sum, [bytes]) => sum + (bytes?.length ?? 0), 0);
        yield await this.#complete(client, key, items);
      }
      const replies = await client
        .multi()
        .call('EXISTS', key)
        .call(size.command, key)
        .call(expiry.command, key)
        .exec();
      if (replies === null) return CHANGED;
      const [exists, sizeReply, timeReply] = unpack(replies);
      if (Number(exists) === 0) return { isWhole: true, isGone: true, expiresAt: null };
      // SCAN commands can give an item twice, while Redis resizes its table: then the sizes differ.
      if (Number(sizeReply) !== read) return CHANGED;
      return { isWhole: true, isGone: false, expiresAt: expiry.at(timeReply) };
    } catch (error) {
      throw redisError(error);
    } finally {
      client.disconnect();
    }
  }
}

function unpack(replies: [error: Error | null, result: unknown][] | null): unknown[] {
  if (!replies) throw new SyncError('REDIS_REPLY', 'unknown', 'Redis: EXEC answered nothing');
  return replies.map(([error, result]) => {
    if (error) throw redisError(error);
    return result;
  });
}
