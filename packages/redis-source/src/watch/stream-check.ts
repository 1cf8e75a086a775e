import { compareEntryIds } from '@redis-to-mongo/pipeline';
import { pipelined, redisError } from '@redis-to-mongo/redis-connection';
import type { Redis } from 'ioredis';
import { entrySizes, parseStreamInfo } from '../streams/stream-info.js';
import { nameOf } from './news-reader.js';

/** What was last seen of a stream; both only ever grow while it lives. */
export interface StreamMark {
  readonly lastId: string;
  readonly added: number | undefined;
}

export interface CheckedStream {
  readonly key: string;
  /** The newest id that somebody was told of. */
  readonly toldId: string;
  readonly mark: StreamMark | undefined;
}

export interface CheckResult {
  readonly key: string;
  /** `undefined`: the key is gone. */
  readonly mark: StreamMark | undefined;
  /** The stream is not the one that it was: gone, made anew, or set back. An XREAD from the old id says nothing then. */
  readonly isOdd: boolean;
}

/**
 * Looks whether streams are still those that they were, which no XREAD tells.
 * @returns the results, and the bytes that Redis sent for them (an XINFO carries two entries).
 * @throws SyncError as redisError tells.
 */
export async function checkStreams(
  redis: Redis,
  streams: readonly CheckedStream[],
): Promise<{ results: CheckResult[]; bytes: number }> {
  const replies = await pipelined(
    redis,
    streams,
    ({ key }) => nameOf(key),
    (pipeline, { key }) => pipeline.xinfo('STREAM', nameOf(key)),
  ).catch((error: unknown) => {
    throw redisError(error);
  });
  let bytes = 0;
  const results = streams.map(({ key, toldId, mark }, i): CheckResult => {
    const [error, reply] = replies[i] ?? [undefined, undefined];
    if (error) {
      const isGone = /no such key|WRONGTYPE/i.test(error.message);
      if (!isGone) throw redisError(error);
      return { key, mark: undefined, isOdd: true };
    }
    const { lastId, added } = parseStreamInfo(reply);
    bytes += entrySizes(reply).reduce((sum, size) => sum + size, 0);
    const isBack = compareEntryIds(lastId, mark?.lastId ?? toldId) < 0;
    const isFewer = added !== undefined && mark?.added !== undefined && added < mark.added;
    return { key, mark: { lastId, added }, isOdd: isBack || isFewer };
  });
  return { results, bytes };
}
