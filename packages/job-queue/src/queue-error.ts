import { SyncError } from '@redis-to-mongo/pipeline';
import { redisError } from '@redis-to-mongo/redis-connection';

/** What BullMQ says before the error of Redis. */
const BEFORE = /^Failed to add repeatable job for next iteration: /;

/**
 * What BullMQ says when the lock of a job has ended, or the job is another worker's or finished by now: see its LockManager, and
 * finishedErrors in its Scripts. The job's id behind it can hold a key's name.
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
