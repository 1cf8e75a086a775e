import type { JobQueue } from '@redis-to-mongo/job-queue';
import { redisError } from '@redis-to-mongo/redis-connection';

/**
 * Asks the fleet to sync these keys now. At most one such job waits for a key, however often it is asked for.
 * @returns how many workers are connected.
 * @throws SyncError as redisError.
 */
export async function requestKeys(queue: JobQueue, keys: readonly string[]): Promise<number> {
  // BullMQ waits for a server that is away without an end.
  await queue.ping();
  try {
    await queue.request(keys);
    return await queue.workerCount();
  } catch (error) {
    throw redisError(error, 'queue');
  }
}

/**
 * What asks the fleet for one key as requestKeys does, for those that change a key first: opened before anything is changed.
 * @throws as requestKeys, if the queue does not answer.
 */
export async function openRequests(queue: JobQueue): Promise<(key: string) => Promise<number>> {
  await queue.ping();
  return (key) => requestKeys(queue, [key]);
}
