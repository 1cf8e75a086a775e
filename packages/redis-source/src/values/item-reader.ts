import type { Item, SizeSource, Words } from '@redis-to-mongo/key-types';
import { isRedirected, masterOf, redisError, throwRedisError } from '@redis-to-mongo/redis-connection';
import { Command, type Redis } from 'ioredis';
import { keyExpiry } from '../key-expiry.js';
import { oncePerConnection } from '../once-per-connection.js';
import { askOf, isGone, type ServerSource } from './server-source.js';
import { detailed, readWhole, unpack } from './whole-reading.js';

/** The result of reading a value. */
export interface ReadingEnd {
  /** Whether the items read are one state of the key. */
  readonly isWhole: boolean;
  /** Whether the key does not exist. */
  readonly isGone: boolean;
  /** In ms since 1970; null for never. It belongs to the same state if `isWhole`. */
  readonly expiresAt: number | null;
}

const CHANGED: ReadingEnd = { isWhole: false, isGone: false, expiresAt: null };

/** Reads the items of a value, whole or in pages. */
export class ItemReader {
  readonly #expiry = keyExpiry();
  readonly #mayWeigh = oncePerConnection(isWeighed);

  /** @param count number of items per page. */
  constructor(
    private readonly redis: Redis,
    private readonly source: ServerSource,
    private readonly count: number,
  ) {}

  /**
   * The size in items or bytes; `undefined` if Redis has no command for it. 0 may mean that the key is gone.
   */
  async size(key: Buffer): Promise<number | undefined> {
    if (!this.source.size) return undefined;
    try {
      const server = await this.#masterOf(key);
      const [name, ...words] = sizeCommand(this.source.size, key);
      return Number(await server.sendCommand(new Command(name, words)));
    } catch (error) {
      throw redisError(error);
    }
  }

  /**
   * The bytes that the value takes in Redis' memory, which has more than its items; `undefined` if the user
   * may not ask. Redis looks at every item.
   */
  async memory(key: Buffer): Promise<number | undefined> {
    try {
      const server = await this.#masterOf(key);
      if (!(await this.#mayWeigh(server, key))) return undefined;
      return Number(await weigh(server, key));
    } catch (error) {
      throw redisError(error);
    }
  }

  /**
   * Whether two expiry times are the same, as exactly as the key's server reports them. In ms since 1970;
   * null for never.
   */
  async sameExpiry(key: Buffer, a: number | null, b: number | null): Promise<boolean> {
    return (await this.#expiry(await this.#masterOf(key), key)).same(a, b);
  }

  /** Reads the whole value with its expiry time, at one instant. */
  async *atomic(key: Buffer): AsyncGenerator<readonly Item[], ReadingEnd> {
    const server = await this.#masterOf(key);
    const whole = await readWhole(server, this.source, await this.#expiry(server, key), key).catch(
      throwRedisError(),
    );
    if (!whole || isGone(this.source, whole.items)) return { isWhole: true, isGone: true, expiresAt: null };
    yield whole.items;
    return { isWhole: true, isGone: false, expiresAt: whole.expiresAt };
  }

  async #masterOf(key: Buffer): Promise<Redis> {
    return await masterOf(this.redis, key).catch(throwRedisError());
  }

  /**
   * Reads the value in pages, in bounded memory, without keeping Redis busy. The key is watched, so the end
   * shows whether all pages belong to one state. The watch has its own connection, which never reconnects,
   * because a reconnection would lose the watch.
   * Source:
   * https://redis.io/docs/latest/develop/using-commands/transactions/#optimistic-locking-using-check-and-set
   */
  async *paged(key: Buffer): AsyncGenerator<readonly Item[], ReadingEnd> {
    const { pages, size } = this.source;
    if (!pages || !size) return yield* this.atomic(key);
    const server = await this.#masterOf(key);
    const expiry = await this.#expiry(server, key);
    const client = server.duplicate({
      enableAutoPipelining: false,
      lazyConnect: true,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    });
    // Commands reject with the same error. Without a listener, ioredis would print it.
    client.on('error', () => {});
    try {
      await client.connect();
      const detail = await this.source.knownDetail(server, key);
      await client.watch(key);
      let read = 0;
      let firstToGo: Item | undefined;
      for await (const page of pages(askOf(client), key, this.count)) {
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
      // A watch does not show items that expire: an item of one page may have expired before another page was
      // read.
      if (detail && detail.complete(last, last, details)?.length !== last.length) return CHANGED;
      // SCAN commands can return an item twice while Redis resizes its table: then the sizes differ.
      if (Number(sizeReply) !== read) return CHANGED;
      return { isWhole: true, isGone: false, expiresAt: expiry.at(timeReply) };
    } catch (error) {
      throw redisError(error);
    } finally {
      client.disconnect();
    }
  }
}

async function isWeighed(server: Redis, key: Buffer): Promise<boolean> {
  try {
    await weigh(server, key);
    return true;
  } catch (error) {
    if (isRedirected(error) || redisError(error).errorClass === 'transient') throw error;
    return false; // refused, unknown, or of another form
  }
}

async function weigh(server: Redis, key: Buffer): Promise<unknown> {
  return await server.sendCommand(new Command('MEMORY', ['USAGE', key, 'SAMPLES', '0']));
}

function sizeCommand(size: SizeSource, key: Buffer): Words {
  return 'lua' in size ? ['EVAL_RO', `return (${size.lua})(KEYS[1])`, '1', key] : [size.command, key];
}
