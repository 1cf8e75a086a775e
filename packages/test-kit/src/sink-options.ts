import type { MongoSinkOptions } from '@redis-to-mongo/mongo-sink';

/** The options of a sink in tests; a new option of the sink needs a value here alone. */
export const SINK_OPTIONS: MongoSinkOptions = {
  ...{ batchEntries: 5_000, batchBytes: 16 << 20, maxDocumentBytes: 16 << 20 },
  retry: { baseMs: 10, capMs: 500, forMs: 60_000 },
};
