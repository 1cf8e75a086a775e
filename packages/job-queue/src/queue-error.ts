import type { SyncError } from '@redis-to-mongo/pipeline';
import { redisError } from '@redis-to-mongo/redis-connection';

/** What BullMQ says before the error of Redis. */
const BEFORE = /^Failed to add repeatable job for next iteration: /;

/** Converts an error of BullMQ. Most are Redis errors, some with a prefix. */
export function queueError(error: Error): SyncError {
  return redisError(
    BEFORE.test(error.message) ? new Error(error.message.replace(BEFORE, ''), { cause: error }) : error,
    'queue',
  );
}
