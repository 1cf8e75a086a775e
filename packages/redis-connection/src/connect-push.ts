import type { Redis } from 'ioredis';
import { connectWith, FOR_BLOCKING } from './connect-redis.js';
import type { HostAndPort, RedisAddress } from './redis-address.js';

/**
 * Opens a connection for messages that a server sends unasked. It uses RESP2, since ioredis drops the
 * `invalidate` messages of RESP3. After a reconnection, it does not subscribe by itself, and it does not send
 * pending commands again.
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
