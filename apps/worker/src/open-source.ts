import type { AppContext } from '@redis-to-mongo/app-shell';
import type { Config } from '@redis-to-mongo/config';
import { LoadLimit } from '@redis-to-mongo/job-queue';
import { sourceOptions } from '@redis-to-mongo/operations';
import type { Batch, RuleBook, Source, Syncer } from '@redis-to-mongo/pipeline';
import { type DirectReader, redisSource } from '@redis-to-mongo/redis-source';
import { timedSource } from './timed-line.js';
import { type ReadArguments, wrapReads } from './wrap-reads.js';

export interface OpenSourceOptions {
  readonly redis: Parameters<typeof redisSource>[0];
  readonly rules: RuleBook;
  readonly direct: DirectReader | undefined;
  readonly onError: (error: Error) => void;
}

/** Opens the source of a worker. Its reads are measured, and limited by SOURCE_BYTES_PER_SEC. */
export function openSource(
  config: Pick<Config, 'keys' | 'queue' | 'sync' | 'values'>,
  { closers, metrics, signal }: Pick<AppContext, 'closers' | 'metrics' | 'signal'>,
  { redis, rules, direct, onError }: OpenSourceOptions,
) {
  const unlimited = redisSource(redis, config.keys.types, { ...sourceOptions(config), rules, direct });
  const openLimit = (bytesPerSec: number) =>
    bytesPerSec > 0 ? new LoadLimit(config.queue, bytesPerSec, signal, onError) : undefined;
  let bytesPerSec = config.sync.sourceBytesPerSec;
  let limit = openLimit(bytesPerSec);
  /** Closes the connection to the queue's Redis, where the limit is kept. */
  const leave = () => limit?.close();
  closers.add('load limit', leave);
  return {
    source: timedSource(
      limitedSource(unlimited, () => limit),
      metrics,
    ),
    /** Applies another configuration to reads that begin from now on. */
    configure: ({ sync }: Pick<Config, 'sync'>) => {
      unlimited.configure({ readEntries: sync.readEntries, readBytes: sync.readBytes });
      if (sync.sourceBytesPerSec === bytesPerSec) return;
      bytesPerSec = sync.sourceBytesPerSec;
      limit?.close();
      limit = openLimit(bytesPerSec);
    },
    leave,
  };
}

/**
 * Wraps a source so that it is read no faster than the limit allows, if there is one: each batch waits until
 * the batches before it are within the limit. A read that began without a limit continues without one.
 */
function limitedSource(source: Source, limit: () => LoadLimit | undefined): Source {
  const limited = wrapReads(source, (syncer, args) =>
    limit() ? limitedRead(syncer, limit, args) : syncer.read(...args),
  );
  return {
    ...limited,
    async readSmall(keys, budget) {
      await limit()?.take(0);
      const reading = await source.readSmall(keys, budget);
      await limit()?.take(reading.bytes);
      return reading;
    },
  };
}

async function* limitedRead(
  syncer: Syncer,
  limit: () => LoadLimit | undefined,
  args: ReadArguments,
): AsyncGenerator<Batch> {
  await limit()?.take(0);
  for await (const batch of syncer.read(...args)) {
    yield batch; // the batch is written during the wait
    await limit()?.take(batch.bytes);
  }
}
