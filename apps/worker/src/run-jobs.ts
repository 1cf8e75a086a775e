import type { AppContext } from '@redis-to-mongo/app-shell';
import type { Config } from '@redis-to-mongo/config';
import { type JobQueue, JobWorker } from '@redis-to-mongo/job-queue';
import { recordError } from '@redis-to-mongo/mongo-sink';
import type { Clients } from '@redis-to-mongo/operations';
import { incarnationOf, type KeyState, type Line, type SyncError } from '@redis-to-mongo/pipeline';
import { redisError } from '@redis-to-mongo/redis-connection';
import { BackfillLog } from './backfill-log.js';
import { JobOutcomes, type JobOutcomesOptions } from './job-outcomes.js';
import { type SyncJobOptions, syncJob } from './sync-job.js';
import { openTailer } from './tail/open-tailer.js';

export interface JobParts
  extends Pick<SyncJobOptions, 'line' | 'claims' | 'slice' | 'afterSync'>,
    Pick<JobOutcomesOptions, 'guard' | 'work' | 'retries'> {
  readonly db: Parameters<typeof recordError>[0];
  readonly queue: JobQueue;
  readonly reached: Clients['reached'];
  readonly telemetry: ConstructorParameters<typeof JobQueue>[2];
}

/**
 * Creates the puller and runner of jobs, and the stream tailer. It does not pull jobs before it is started.
 */
export function openJobs(config: Config, app: AppContext, parts: JobParts): JobWorker {
  const { logger, closers, metrics } = app;
  const { line, db, queue, claims, reached, guard, work, retries, telemetry, slice, afterSync } = parts;
  const record = (key: string, error: SyncError) =>
    recordOnKey(line, (...args) => recordError(db, ...args), key, error);
  const backfills = new BackfillLog(logger);
  const account = new JobOutcomes({ guard, retries, metrics, logger, backfills, work, recordError: record });
  const onFailed = (key: string | undefined, error: Error) =>
    logger.error('a job failed; it will be retried', { key, error });
  const tailer = openTailer(config, app, { line, claims, reached, queue, account, afterSync, onFailed });
  const run = syncJob({
    ...{ line, claims, queue, account, tailer, metrics, logger, slice, afterSync },
    recordError: record,
  });
  const worker = new JobWorker(config.queue, (keys) => work.during(() => run(keys)), {
    concurrency: config.worker.concurrency,
    telemetry,
    onError: (error) => logger.warn('queue: BullMQ reports an error', { error: redisError(error, 'queue') }),
    onRefused: (error) => guard.trip(error),
    retryLater: (keys) => queue.due.retry(keys),
    onFailed,
  });
  guard.controls(worker);
  closers.add('worker', () => worker.close());
  return worker;
}

/** Records an error on the key's document, as recordError of mongo-sink does. */
type RecordError = (key: string, error: SyncError, first?: KeyState) => Promise<boolean>;

/**
 * Records an error on the key's document. A key that was never synced gets a document, so that its error is
 * visible.
 * @returns whether the error was recorded; false if the key is gone.
 * @throws SyncError as source and sink do.
 */
async function recordOnKey(line: Line, record: RecordError, key: string, error: SyncError): Promise<boolean> {
  if (await record(key, error)) return true;
  const type = await line.source.typeOf(key);
  if (typeof type !== 'string') return false;
  return await record(key, error, incarnationOf(line, undefined, key, type));
}
