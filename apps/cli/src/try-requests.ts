import type { Call } from './command.js';

/**
 * Asks the fleet, too, for a key that this process reads again: should it be interrupted, the key is read all the same. Nobody is asked
 * without a worker, or without the queue.
 */
export async function tryRequests(clients: Call['clients']): Promise<(key: string) => Promise<number>> {
  const queue = await clients.queue().catch(() => undefined);
  const workers = await queue?.workerCount().catch(() => 0);
  return async (key) => {
    if (workers) await queue?.request([key]).catch(() => {}); // it is read here all the same
    return workers ?? 0;
  };
}
