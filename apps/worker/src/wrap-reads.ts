import type { Batch, Source, Syncer } from '@redis-to-mongo/pipeline';

/** What a syncer is asked for when it is to read. */
export type ReadArguments = Parameters<Syncer['read']>;

/** The same source, whose syncers read through `read`, which gets the batches from the syncer that it is given. */
export function wrapReads(
  source: Source,
  read: (syncer: Syncer, args: ReadArguments) => AsyncIterable<Batch>,
): Source {
  return {
    ...source,
    syncer: (keyType) => {
      const syncer = source.syncer(keyType);
      return syncer && { ...syncer, read: (...args) => read(syncer, args) };
    },
  };
}
