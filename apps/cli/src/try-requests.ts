import type { Call } from './command.js';

/**
 * Requests a key from the fleet as well, while this process reads it again. If this process is interrupted, a worker still
 * reads the key. Without a worker or the queue, nothing is requested.
 */
export async function tryRequests(clients: Call['clients']): Promise<(key: string) => Promise<number>> {
  const queue = await clients.queue().catch(() => undefined);
  const workers = await queue?.workerCount().catch(() => 0);
  return async (key) => {
    if (workers) await queue?.request([key]).catch(() => {}); // it is read here all the same
    return workers ?? 0;
  };
}
