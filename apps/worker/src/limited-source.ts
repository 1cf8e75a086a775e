import type { LoadLimit } from '@redis-to-mongo/job-queue';
import type { Batch, Source, Syncer } from '@redis-to-mongo/pipeline';
import { type ReadArguments, wrapReads } from './wrap-reads.js';

/**
 * The same source, read no faster than the limit allows, where there is one: a read waits until those before it are
 * paid for. A read goes by whether there was a limit when it began.
 */
export function limitedSource(source: Source, limit: () => LoadLimit | undefined): Source {
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
