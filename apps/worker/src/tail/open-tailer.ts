import type { AppContext } from '@redis-to-mongo/app-shell';
import type { Config } from '@redis-to-mongo/config';
import type { JobQueue } from '@redis-to-mongo/job-queue';
import type { Clients } from '@redis-to-mongo/operations';
import { connectRedis, FOR_BLOCKING, serverError } from '@redis-to-mongo/redis-connection';
import type { SyncJobOptions } from '../sync-job.js';
import { ANSWER_MS, StreamTailer } from './stream-tailer.js';

/** The parts that the tailer shares with the jobs. */
export interface TailerParts extends Pick<SyncJobOptions, 'line' | 'claims' | 'account' | 'afterSync'> {
  readonly reached: Clients['reached'];
  readonly queue: JobQueue;
  readonly onFailed: (key: string, error: Error) => void;
}

/** Opens the tailer, if streams can be tailed. A cluster does not allow a blocking read of several keys. */
export function openTailer(
  { sync, redis }: Pick<Config, 'sync' | 'redis'>,
  { logger, closers, metrics }: Pick<AppContext, 'logger' | 'closers' | 'metrics'>,
  { line, claims, reached, queue, account, afterSync, onFailed }: TailerParts,
): StreamTailer | undefined {
  if (sync.tailStreams === 0 || redis.clusterNodes) return undefined;
  const onError = (error: unknown) => logger.warn('tailing streams: trouble', { error: serverError(error) });
  const tailer = new StreamTailer({
    line,
    claims,
    atMost: sync.tailStreams,
    connect: () => connectRedis(redis, onError, { ...FOR_BLOCKING, commandTimeout: ANSWER_MS, reached }),
    addJobs: (keys) => queue.due.addJobs(keys),
    onPoll: (key, report) => {
      metrics.tailPolls.inc();
      account.done(key, report);
    },
    onSaved: afterSync,
    onFailed: async (key, error) => {
      onFailed(key, await account.failed(key, error));
      await queue.due.retry([key]);
    },
    onSize: (streams) => metrics.tailedStreams.set(streams),
    onError,
  });
  closers.add('tailer', () => tailer.close());
  return tailer;
}
