import type { MongoSinkOptions } from '@redis-to-mongo/mongo-sink';

/** Options of a sink in tests. Give a new option of the sink its test value here. */
export function testSinkOptions(): MongoSinkOptions {
  return {
    ...{ batchEntries: 5_000, batchBytes: 16 << 20, maxDocumentBytes: 16 << 20 },
    retry: { baseMs: 10, capMs: 500, forMs: 60_000 },
  };
}
