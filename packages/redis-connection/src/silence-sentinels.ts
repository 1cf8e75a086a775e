import { isObject, membersOf } from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';

/**
 * ioredis opens connections to Sentinels by itself, without a listener for errors, so it would print each
 * error of a Sentinel that is down. If no Sentinel answers, the connection itself reports that.
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
