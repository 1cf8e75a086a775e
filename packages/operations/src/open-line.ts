import type { Config } from '@redis-to-mongo/config';
import { mongoSink, prepareDatabase, readyMadeBson } from '@redis-to-mongo/mongo-sink';
import { ByteBudget, type Line, RuleBook, type SliceLimits } from '@redis-to-mongo/pipeline';
import { redisSource } from '@redis-to-mongo/redis-source';
import type { Fleet } from './fleet.js';
import { RETRY } from './retry.js';

/**
 * The line as a worker has it, in this process. Makes the indexes that are not there yet.
 * @throws SyncError as mongoError tells.
 */
export async function openLine(
  { keys, mongo, rules, sync, values }: Pick<Config, 'keys' | 'mongo' | 'rules' | 'sync' | 'values'>,
  db: Fleet['db'],
  redis: Parameters<typeof redisSource>[0],
): Promise<{ line: Line; slice: SliceLimits }> {
  const { maxDocumentBytes } = await prepareDatabase(db, rules);
  const book = new RuleBook(rules);
  const newSequence = sync.streamPath === 'direct' ? await readyMadeBson() : undefined;
  const line: Line = {
    source: redisSource(redis, keys.types, { ...sync, ...values, rules: book }),
    sink: mongoSink(db, {
      batchEntries: mongo.writeBatchEntries,
      batchBytes: mongo.writeBatchBytes,
      maxDocumentBytes,
      newSequence,
      retry: RETRY,
    }),
    separator: keys.separator,
    rules: book,
    budget: new ByteBudget(sync.readAheadBytes),
    now: () => new Date(),
  };
  return { line, slice: { entries: sync.sliceEntries, bytes: sync.sliceBytes, ms: sync.sliceMs } };
}
