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

/** The source of a worker: limited by SOURCE_BYTES_PER_SEC, with measured reads. */
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
  /** Gives up the connection to the queue's Redis, where the limit is kept. */
  const leave = () => limit?.close();
  closers.add('load limit', leave);
  return {
    source: timedSource(
      limitedSource(unlimited, () => limit),
      metrics,
    ),
    /** Reads that begin from now on go by another configuration. */
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
 * The same source, read no faster than the limit allows, where there is one: a read waits until those before it are
 * paid for. A read goes by whether there was a limit when it began.
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
    yield batch; // it is written while this waits
    await limit()?.take(batch.bytes);
  }
}
