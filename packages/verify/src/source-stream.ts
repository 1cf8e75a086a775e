import { PageSize } from '@redis-to-mongo/key-types';
import { keyBytes } from '@redis-to-mongo/pipeline';
import { redisError } from '@redis-to-mongo/redis-connection';
import { parseStreamInfo, type StreamInfo } from '@redis-to-mongo/redis-source';
import type { RedisClient } from './sides.js';

/** An entry as Redis holds it: its fields and values one after the other. */
export interface SourceEntry {
  readonly entryId: string;
  readonly flat: readonly Buffer[];
}

/** Entries of a page, at most. */
const PAGE = 500;

/**
 * Reads a stream page by page, up to the entry that was newest at the start.
 * @throws SyncError as redisError.
 */
export async function* sourcePages(
  redis: RedisClient,
  keyId: string,
): AsyncGenerator<readonly SourceEntry[]> {
  const key = keyBytes(keyId);
  try {
    const [newest] = await redis.xrevrangeBuffer(key, '+', '-', 'COUNT', 1);
    if (!newest) return;
    const upTo = String(newest[0]);
    const size = new PageSize(PAGE);
    for (let from = '-'; ; ) {
      const { count } = size;
      const page = await redis.xrangeBuffer(key, from, upTo, 'COUNT', count);
      const last = page.at(-1);
      if (!last) return;
      size.note(page.map(([, flat]) => flat));
      yield page.map(([id, flat]) => ({ entryId: String(id), flat }));
      if (page.length < count) return;
      from = `(${String(last[0])}`;
    }
  } catch (error) {
    throw redisError(error);
  }
}

/** The answer of XINFO STREAM; `undefined` if the stream does not exist. @throws SyncError as redisError. */
export async function sourceInfo(redis: RedisClient, keyId: string): Promise<StreamInfo | undefined> {
  const key = keyBytes(keyId);
  try {
    return parseStreamInfo(await redis.xinfo('STREAM', key));
  } catch (error) {
    if (error instanceof Error && /no such key/i.test(error.message)) return undefined;
    throw redisError(error);
  }
}
