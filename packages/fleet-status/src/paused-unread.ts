import type { PausedKeys, PausedStream } from '@redis-to-mongo/mongo-sink';
import { compareEntryIds } from '@redis-to-mongo/pipeline';
import type { connectRedis } from '@redis-to-mongo/redis-connection';
import { lastIds, type StreamCounters, streamCounters } from '@redis-to-mongo/redis-source';
import type { PausedUnread } from './fleet-facts.js';

/**
 * Asks the source what paused streams hold that was not read.
 * @throws SyncError as redisError.
 */
export async function readPausedUnread(
  source: ReturnType<typeof connectRedis>,
  { keys, streams }: PausedKeys,
): Promise<PausedUnread> {
  if (streams.length === 0) return { entries: 0, streams: 0, unknown: keys };
  const names = streams.map(({ key }) => key);
  const [last, counters] = await Promise.all([lastIds(source, names), streamCounters(source, names)]);
  const unread = streams.map((stream, i) => unreadOf(stream, last[i], counters[i]));
  return {
    entries: unread.reduce((sum, entries) => sum + entries, 0),
    streams: unread.filter((entries) => entries > 0).length,
    unknown: keys - streams.length,
  };
}

/** Exact from Redis 7.0 on; before, it shows only whether there is anything. */
export function unreadOf(
  { entryId, consumed }: Pick<PausedStream, 'entryId' | 'consumed'>,
  lastId: string | undefined,
  counters: StreamCounters | undefined,
): number {
  if (lastId === undefined) return 0;
  const isBehind = entryId === null || compareEntryIds(lastId, entryId) > 0;
  const counted = counters ? Math.min(counters.added - counters.gone, counters.added - consumed) : 0;
  return Math.max(counted, isBehind ? 1 : 0);
}
