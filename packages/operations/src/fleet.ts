import type { JobQueue } from '@redis-to-mongo/job-queue';
import type { MongoHandle } from '@redis-to-mongo/mongo-sink';
import type { Line } from '@redis-to-mongo/pipeline';

/** The clients that actions use. The caller opens and closes them. */
export interface Fleet {
  readonly db: MongoHandle['db'];
  readonly queue: JobQueue;
  /** Opens a line, as openLine does. Called only to resync a key. */
  readonly line: () => Promise<Line>;
}
