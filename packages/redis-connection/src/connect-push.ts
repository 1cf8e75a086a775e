import type { Redis } from 'ioredis';
import { connectWith, FOR_BLOCKING } from './connect-redis.js';
import type { HostAndPort, RedisAddress } from './redis-address.js';

/**
 * Opens a connection for what a server shows unasked. It speaks RESP2, since ioredis drops RESP3's `invalidate` messages, and
 * subscribes to nothing by itself after a reconnection. What was asked of a connection that has closed is not asked of the next one.
 * @param node of a cluster: one of its servers.
 */
export function connectPush(
  address: RedisAddress,
  onError: (error: Error) => void,
  node?: HostAndPort,
): Redis {
  const { url, clusterNodes, ...rest } = address;
  const place = node ? { ...rest, ...node } : address;
  return connectWith(place, onError, {
    ...FOR_BLOCKING,
    protocol: 2,
    maxRetriesPerRequest: 0,
    asksRole: false,
    autoResubscribe: false,
  });
}
