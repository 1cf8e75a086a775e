import { isObject, membersOf } from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';

/**
 * Sentinels are asked and listened to by connections that ioredis opens itself, without a listener for errors: it would print each of a
 * Sentinel that is down. Where none of them answers, the connection reports that.
 */
export function silenceSentinels(redis: Redis): void {
  const connector: unknown = Reflect.get(redis, 'connector');
  const { connectToSentinel } = membersOf(connector);
  if (!isObject(connector) || typeof connectToSentinel !== 'function')
    throw new TypeError('ioredis is not built as expected: it does not connect to Sentinels');
  const silent = (...args: unknown[]): unknown => {
    const client: unknown = Reflect.apply(connectToSentinel, connector, args);
    const { on } = membersOf(client);
    if (typeof on === 'function') Reflect.apply(on, client, ['error', () => {}]);
    return client;
  };
  Reflect.set(connector, 'connectToSentinel', silent);
}
