import type { SyncError } from '@redis-to-mongo/pipeline';
import { redisError } from '@redis-to-mongo/redis-connection';

/** What BullMQ says before the error of Redis. */
const BEFORE = /^Failed to add repeatable job for next iteration: /;

/** What an error of BullMQ means: as a rule it is one of Redis, at times with words before it. */
export function queueError(error: Error): SyncError {
  return redisError(
    BEFORE.test(error.message) ? new Error(error.message.replace(BEFORE, ''), { cause: error }) : error,
    'queue',
  );
}
