import type { JobQueue } from '@redis-to-mongo/job-queue';
import { redisError } from '@redis-to-mongo/redis-connection';

/**
 * Asks the fleet to sync these keys now. At most one such job waits for a key, however many requests there
 * are.
 * @returns the number of live workers.
 * @throws SyncError as redisError.
 */
export async function requestKeys(queue: JobQueue, keys: readonly string[]): Promise<number> {
  // BullMQ would wait without a limit for a server that does not answer.
  await queue.ping();
  try {
    await queue.request(keys);
    return await queue.workerCount();
  } catch (error) {
    throw redisError(error, 'queue');
  }
}

/**
 * Creates a function that requests one key, as requestKeys does. Callers that change a key first open it
 * before the change, to be sure that the queue answers.
 * @throws as requestKeys, if the queue does not answer.
 */
export async function openRequests(queue: JobQueue): Promise<(key: string) => Promise<number>> {
  await queue.ping();
  return (key) => requestKeys(queue, [key]);
}
