import type { Logger, Metrics } from '@redis-to-mongo/app-shell';
import type { Claims, JobQueue } from '@redis-to-mongo/job-queue';
import {
  type KeyState,
  type Line,
  Slice,
  type SliceLimits,
  type SyncError,
  type SyncReport,
  syncKey,
} from '@redis-to-mongo/pipeline';
import type { Follower } from './follow/follower.js';
import { isWorthFollowing } from './follow/worth-following.js';
import type { JobAccount } from './job-account.js';
import { setAsideError } from './set-aside.js';

export interface SyncJobOptions {
  readonly line: Line;
  readonly claims: Claims;
  readonly queue: JobQueue;
  readonly slice: () => SliceLimits;
  readonly account: JobAccount;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Who goes on reading lively streams between their jobs. */
  readonly follower?: Follower | undefined;
  /** What is done once a position is saved; it does not throw. */
  readonly afterSync: (state: KeyState) => Promise<void>;
  /** Records an error on the key's document; may fail, since MongoDB can be what failed. */
  readonly recordError: (key: string, error: SyncError) => Promise<unknown>;
}

/** What a job does: one slice of work on one key, and another job behind the others' if there is more. */
export function syncJob(options: SyncJobOptions): (key: string) => Promise<void> {
  const { line, claims, queue, metrics, account, follower } = options;
  const work = async (key: string) => {
    await follower?.handOver(key);
    const report = await syncKey(line, key, new Slice(options.slice()));
    if (report.state) await options.afterSync(report.state);
    return report;
  };
  const mayKeep = (report: SyncReport, wasKept: boolean) =>
    follower?.hasRoom === true && isWorthFollowing(report, wasKept);
  return async (key) => {
    const end = metrics.jobSeconds.startTimer();
    try {
      const claimed = await claims.during(key, () => work(key), mayKeep);
      if (claimed.claim !== 'granted') {
        metrics.jobs.inc({ outcome: claimed.claim });
        if (claimed.claim === 'set aside') await setAside(options, key);
        return;
      }
      const { result: report, again, kept } = claimed;
      metrics.jobs.inc({ outcome: report.result });
      account.done(key, report);
      if (kept && report.state) await follower?.follow(kept, report.state);
      if (again || report.lag > 0 || report.result === 'overtaken') await queue.wake(key);
    } catch (error) {
      metrics.jobs.inc({ outcome: 'failed' });
      throw await account.failed(key, error);
    } finally {
      end();
    }
  };
}

async function setAside(options: SyncJobOptions, key: string): Promise<void> {
  const error = setAsideError();
  options.logger.error('key set aside', { key, error });
  await options.recordError(key, error);
}
