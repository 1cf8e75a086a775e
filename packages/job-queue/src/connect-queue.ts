import { type ClientOptions, connectRedis } from '@redis-to-mongo/redis-connection';
import type { QueueSettings } from './queue-settings.js';

/**
 * Opens a connection to the queue's Redis, as connectRedis does. The fleet writes to the queue, so the server
 * must be a primary.
 */
export function connectQueue(
  settings: QueueSettings,
  onError: (error: Error) => void,
  more: ClientOptions = {},
): ReturnType<typeof connectRedis> {
  return connectRedis(settings.redis, onError, { ...more, primaryOnly: true, purpose: 'queue' });
}
