import type { AppContext } from '@redis-to-mongo/app-shell';
import type { Config } from '@redis-to-mongo/config';
import type { Claims, JobQueue } from '@redis-to-mongo/job-queue';
import type { KeyState, Line } from '@redis-to-mongo/pipeline';
import { connectRedis, FOR_BLOCKING } from '@redis-to-mongo/redis-connection';
import type { JobAccount } from '../job-account.js';
import { ANSWER_MS, Follower } from './follower.js';

/** What the follower shares with the jobs. */
export interface FollowerParts {
  readonly line: Line;
  readonly claims: Claims;
  readonly queue: JobQueue;
  readonly account: JobAccount;
  /** What is done once a position is saved; it does not throw. */
  readonly afterSync: (state: KeyState) => Promise<void>;
  readonly onFailed: (key: string, error: Error) => void;
}

/** The follower, where streams can be followed: a cluster takes no read that blocks over several keys. */
export function openFollower(
  { sync, redis }: Pick<Config, 'sync' | 'redis'>,
  { logger, closers, metrics }: Pick<AppContext, 'logger' | 'closers' | 'metrics'>,
  { line, claims, queue, account, afterSync, onFailed }: FollowerParts,
): Follower | undefined {
  if (sync.followStreams === 0 || redis.clusterNodes) return undefined;
  const onError = (error: unknown) => logger.warn('following streams: trouble', { error });
  const follower = new Follower({
    line,
    claims,
    atMost: sync.followStreams,
    connect: () => connectRedis(redis, onError, { ...FOR_BLOCKING, commandTimeout: ANSWER_MS }),
    wake: async (keys) => await queue.wakeScheduled(keys),
    onLook: (key, report) => {
      metrics.looks.inc();
      account.done(key, report);
    },
    onSaved: afterSync,
    onFailed: async (key, error) => {
      onFailed(key, await account.failed(key, error));
      await queue.tryAgain(key);
    },
    onSize: (streams) => metrics.followedStreams.set(streams),
    onError,
  });
  closers.add('follower', () => follower.close());
  return follower;
}
