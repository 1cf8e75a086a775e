import { SyncError } from '@redis-to-mongo/pipeline';
import { redisError } from '@redis-to-mongo/redis-connection';

/** The prefix that BullMQ puts before a Redis error. */
const BEFORE = /^Failed to add repeatable job for next iteration: /;

/**
 * BullMQ's messages when a job's lock has expired, or the job belongs to another worker or is finished: see
 * BullMQ's LockManager, and finishedErrors in its Scripts. The job id that follows can contain a key's name.
 */
const LOCK_LOST =
  /^(could not renew lock for|Missing lock for|Lock mismatch for|Missing key for) job |^Job .* is not in the .* state/s;

/** Converts an error of BullMQ. Most are Redis errors, some with a prefix. */
export function queueError(error: Error): SyncError {
  if (LOCK_LOST.test(error.message))
    return new SyncError(
      'JOB_LOCK_LOST',
      'overtaken',
      'a job’s lock has ended, since this process was suspended or busy for too long: another worker runs the job',
    );
  return redisError(
    BEFORE.test(error.message) ? new Error(error.message.replace(BEFORE, ''), { cause: error }) : error,
    'queue',
  );
}
