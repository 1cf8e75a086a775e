import { ByteBudget, type Line, type RetryOptions, type SliceLimits } from '@redis-to-mongo/pipeline';
import { redisSource } from '@redis-to-mongo/redis-source';
import type { Servers } from './servers.js';

/** How transient errors are repeated before a command gives up. */
export const RETRY: RetryOptions = { baseMs: 100, capMs: 2_000, forMs: 20_000 };

/** The line as a worker has it, in this process. Makes the indexes that are not there yet. */
export async function openLine(servers: Servers): Promise<{ line: Line; slice: SliceLimits }> {
  const { mongoSink, prepareDatabase } = await import('@redis-to-mongo/mongo-sink');
  const { keys, mongo, sync, values } = await servers.config();
  const db = await servers.db();
  const { maxDocumentBytes } = await prepareDatabase(db);
  const line: Line = {
    source: redisSource(await servers.redis(), keys.types, { ...sync, ...values }),
    sink: mongoSink(db, {
      batchEntries: mongo.writeBatchEntries,
      batchBytes: mongo.writeBatchBytes,
      maxDocumentBytes,
      retry: RETRY,
    }),
    separator: keys.separator,
    budget: new ByteBudget(sync.readAheadBytes),
    now: () => new Date(),
  };
  return { line, slice: { entries: sync.sliceEntries, bytes: sync.sliceBytes, ms: sync.sliceMs } };
}
