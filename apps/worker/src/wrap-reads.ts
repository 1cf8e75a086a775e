import type { Batch, Source, Syncer } from '@redis-to-mongo/pipeline';

/** The arguments of a syncer's read. */
export type ReadArguments = Parameters<Syncer['read']>;

/** Wraps the reads of a source's syncers: `read` gets the original syncer and its arguments. */
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
