import { redisError } from '@redis-to-mongo/redis-source';
import type { Servers } from './servers.js';

/**
 * Asks the fleet for jobs on these keys.
 * @returns how many workers are connected.
 * @throws SyncError as redisError tells.
 */
export async function wakeKeys(servers: Servers, keys: readonly string[]): Promise<number> {
  const queue = await servers.queue();
  try {
    await queue.wakeAll(keys);
    return await queue.queue.getWorkersCount();
  } catch (error) {
    throw redisError(error);
  }
}
