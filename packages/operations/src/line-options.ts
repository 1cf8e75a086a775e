import type { Config } from '@redis-to-mongo/config';
import type { MongoSinkOptions } from '@redis-to-mongo/mongo-sink';
import type { SliceLimits } from '@redis-to-mongo/pipeline';
import type { SyncerOptions } from '@redis-to-mongo/redis-source';

/** The options for reading keys, under the source's names. */
export function sourceOptions({ sync, values }: Pick<Config, 'sync' | 'values'>): SyncerOptions {
  return {
    readEntries: sync.readEntries,
    readBytes: sync.readBytes,
    maxInlineMembers: values.maxInlineMembers,
    maxInlineBytes: values.maxInlineBytes,
    maxAtomicMembers: values.maxAtomicMembers,
    membershipHistory: values.membershipHistory,
    goneValues: values.goneValues,
  };
}

/** The options for writing documents, under the sink's names. */
export function sinkOptions({
  mongo,
}: Pick<Config, 'mongo'>): Pick<MongoSinkOptions, 'batchEntries' | 'batchBytes'> {
  return { batchEntries: mongo.writeBatchEntries, batchBytes: mongo.writeBatchBytes };
}

/** The slice limits of one job. */
export function sliceOptions({ sync }: Pick<Config, 'sync'>): SliceLimits {
  return { entries: sync.sliceEntries, bytes: sync.sliceBytes, ms: sync.sliceMs };
}
