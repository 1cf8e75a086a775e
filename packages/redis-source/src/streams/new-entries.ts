import { keyIdOf, keyName } from '@redis-to-mongo/pipeline';
import { groupBySlot, isCluster, pipelined, redisError } from '@redis-to-mongo/redis-connection';
import type { Redis } from 'ioredis';

/** A stream, and the id of the last entry that was read from it. */
export interface StreamAt {
  readonly key: string;
  readonly id: string;
}

/**
 * One XREAD over many streams (on a cluster one for each slot): Redis answers only for streams with an entry
 * after their id.
 * @param blockMs how long Redis may wait for an entry before it answers, in ms; `undefined`, and on a
 * cluster: not at all.
 * @returns the keys of the streams that have new entries.
 * Source: https://redis.io/docs/latest/commands/xread/
 * @throws SyncError as redisError; KEY_TYPE_CHANGED if one of the keys is not a stream.
 */
export async function streamsWithNewEntries(
  redis: Redis,
  streams: readonly StreamAt[],
  blockMs?: number,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const take = (reply: unknown) => {
    if (!Array.isArray(reply)) return;
    for (const [name] of reply) found.add(keyIdOf(name));
  };
  try {
    if (!isCluster(redis)) {
      // Not as a pipeline of one command: that would double the cost, and this runs up to a hundred times a
      // second.
      const args = argsOf(streams);
      if (blockMs === undefined) take(await redis.xreadBuffer('COUNT', 1, 'STREAMS', ...args));
      else take(await redis.xreadBuffer('COUNT', 1, 'BLOCK', blockMs, 'STREAMS', ...args));
      return found;
    }
    const replies = await pipelined(
      redis,
      groupBySlot(redis, streams, ({ key }) => keyName(key)),
      ([first]) => keyName(first?.key ?? ''),
      (pipeline, group) => pipeline.xreadBuffer('COUNT', 1, 'STREAMS', ...argsOf(group)),
    );
    for (const [error, reply] of replies) {
      if (error) throw error;
      take(reply);
    }
    return found;
  } catch (error) {
    throw redisError(error);
  }
}

function argsOf(streams: readonly StreamAt[]): (string | Buffer)[] {
  return [...streams.map(({ key }) => keyName(key)), ...streams.map(({ id }) => id)];
}
