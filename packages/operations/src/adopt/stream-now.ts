import { PageSize } from '@redis-to-mongo/key-types';
import { compareEntryIds, keyBytes } from '@redis-to-mongo/pipeline';
import { redisError } from '@redis-to-mongo/redis-connection';
import { parseStreamInfo, type redisSource, type StreamInfo } from '@redis-to-mongo/redis-source';

type RedisClient = Parameters<typeof redisSource>[0];

/** A stream in Redis, seen from a position. */
export type StreamNow = ReturnType<typeof asSeen>;

/** Entries of a page, at most. */
const PAGE = 1000;

/**
 * Counts the entries after a position, page by page. The last page and XINFO are read at the same instant.
 * @returns `undefined` if the stream does not exist.
 * @throws SyncError as redisError.
 */
export async function streamNow(
  redis: RedisClient,
  keyId: string,
  upTo: string,
): Promise<StreamNow | undefined> {
  const key = keyBytes(keyId);
  let unread = 0;
  try {
    const size = new PageSize(PAGE);
    for (let from = upTo; ; ) {
      const { count } = size;
      const replies = await redis
        .multi()
        .xrangeBuffer(key, `(${from}`, '+', 'COUNT', count)
        .xinfo('STREAM', key)
        .exec();
      const [[rangeError, page] = [], [infoError, reply] = []] = replies ?? [];
      if (infoError && /no such key/i.test(infoError.message)) return undefined;
      if (rangeError || infoError) throw rangeError ?? infoError;
      const entries: readonly unknown[] = Array.isArray(page) ? page : [];
      unread += entries.length;
      const last = entries.at(-1);
      size.note(entries.map(textsOf));
      if (entries.length === count && Array.isArray(last)) from = String(last[0]);
      else return asSeen(parseStreamInfo(reply), unread, upTo);
    }
  } catch (error) {
    throw redisError(error);
  }
}

/** The fields and values of an entry. */
function textsOf(entry: unknown): Buffer[] {
  const [, flat]: readonly unknown[] = Array.isArray(entry) ? entry : [];
  return Array.isArray(flat) ? flat.filter((each) => Buffer.isBuffer(each)) : [];
}

function asSeen({ length, added, lastId, firstId }: StreamInfo, unread: number, upTo: string) {
  return {
    /** Entries after the position. */
    unread,
    /** Entries ever added, except the unread ones: they were read, or are gone. */
    consumed: (added ?? length) - unread,
    lastId: compareEntryIds(upTo, lastId) > 0 ? upTo : lastId,
    /** `null` before Redis 7.0. */
    added: added ?? null,
    /** The stream begins after the position: entries in between are gone, read or not. */
    beginsBehind: firstId !== undefined && compareEntryIds(firstId, upTo) > 0 && (added ?? length) > length,
  };
}
