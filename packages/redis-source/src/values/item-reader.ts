import type { Item, SizeSource, Words } from '@redis-to-mongo/key-types';
import { masterOf, redisError, throwRedisError } from '@redis-to-mongo/redis-connection';
import { Command, type Redis } from 'ioredis';
import { keyExpiry } from './key-expiry.js';
import { askOf, isGone, type ServerSource } from './server-source.js';
import { detailed, readWhole, unpack } from './whole-reading.js';

/** The result of reading a value. */
export interface ReadingEnd {
  /** What was read is one state of the key. */
  readonly isWhole: boolean;
  /** The key is not there. */
  readonly isGone: boolean;
  /** In ms since 1970; null for never. Of the instant of the state where `isWhole`. */
  readonly expiresAt: number | null;
}

const CHANGED: ReadingEnd = { isWhole: false, isGone: false, expiresAt: null };

/** Reads the items of a value, at once or in pages. */
export class ItemReader {
  readonly #redis: Redis;
  readonly #source: ServerSource;
  readonly #count: number;
  readonly #expiry = keyExpiry();

  /** @param count items a page. */
  constructor(redis: Redis, source: ServerSource, count: number) {
    this.#redis = redis;
    this.#source = source;
    this.#count = count;
  }

  /** Items or bytes; `undefined` where Redis has no command for it. 0 may be a key that is gone. */
  async size(key: Buffer): Promise<number | undefined> {
    if (!this.#source.size) return undefined;
    try {
      const server = await this.#masterOf(key);
      const [name, ...words] = sizeCommand(this.#source.size, key);
      return Number(await server.sendCommand(new Command(name, words)));
    } catch (error) {
      throw redisError(error);
    }
  }

  /** Whether two times to live are the same, as exactly as the key's server tells them. Both in ms since 1970; null for never. */
  async sameExpiry(key: Buffer, a: number | null, b: number | null): Promise<boolean> {
    return (await this.#expiry(await this.#masterOf(key), key)).same(a, b);
  }

  /** One instant of the value, with its time to live. */
  async *atomic(key: Buffer): AsyncGenerator<readonly Item[], ReadingEnd> {
    const server = await this.#masterOf(key);
    const whole = await readWhole(server, this.#source, await this.#expiry(server, key), key).catch(
      throwRedisError(),
    );
    if (!whole || isGone(this.#source, whole.items)) return { isWhole: true, isGone: true, expiresAt: null };
    yield whole.items;
    return { isWhole: true, isGone: false, expiresAt: whole.expiresAt };
  }

  async #masterOf(key: Buffer): Promise<Redis> {
    return await masterOf(this.#redis, key).catch(throwRedisError());
  }

  /**
   * The value in pages, in bounded memory, without keeping Redis busy. The key is watched (on a connection of its own,
   * which never reconnects: a watch does not outlive it), so the end shows whether all pages are of one state.
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
    // The command rejects with it, too; without a listener it would be printed.
    client.on('error', () => {});
    try {
      await client.connect();
      const detail = await this.#source.knownDetail(server, key);
      await client.watch(key);
      let read = 0;
      let firstToGo: Item | undefined;
      for await (const page of pages(askOf(client), key, this.#count)) {
        const items = detail ? await detailed(client, detail, key, page) : page;
        read +=
          size.of === 'items' ? items.length : items.reduce((sum, [bytes]) => sum + (bytes?.length ?? 0), 0);
        if (detail) firstToGo = detail.firstToGo(items, firstToGo);
        yield items;
      }
      const end = client
        .multi()
        .call('EXISTS', key)
        .call(...sizeCommand(size, key))
        .call(expiry.command, key);
      const last = firstToGo ? [firstToGo] : [];
      for (const [name, ...words] of detail?.commands(key, last) ?? []) end.call(name, ...words);
      const replies = await end.exec();
      if (replies === null) return CHANGED;
      const [exists, sizeReply, timeReply, ...details] = unpack(replies);
      if (Number(exists) === 0) return { isWhole: true, isGone: true, expiresAt: null };
      // What goes by itself does not show in a watch: a page may hold what were gone when another one was read.
      if (detail && detail.complete(last, last, details)?.length !== last.length) return CHANGED;
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

function sizeCommand(size: SizeSource, key: Buffer): Words {
  return 'lua' in size ? ['EVAL_RO', `return (${size.lua})(KEYS[1])`, '1', key] : [size.command, key];
}
