import { isObject, membersOf } from '@redis-to-mongo/pipeline';
import type { ChainableCommander, Cluster, Redis } from 'ioredis';
import { isRedirected } from './cluster.js';

/**
 * Makes ioredis send each redirected command (`ASK`, `MOVED`) of a pipeline again on its own. By default,
 * ioredis sends the whole pipeline to the other node, including commands that were answered. After `ASK`,
 * that node answers for all keys, also for those that it has not received yet: keys that are still on the old
 * node pass for deleted. With `enableAutoPipelining`, concurrent commands of several callers are such a
 * pipeline. Transactions are still redirected as a whole, which is correct.
 * Source: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#ask-redirection
 */
export function redirectAlone(cluster: Cluster): void {
  const { pipeline } = cluster;
  Reflect.set(cluster, 'pipeline', (...args: Parameters<typeof pipeline>) => {
    const made = pipeline.apply(cluster, args);
    redirectEach(cluster, made);
    return made;
  });
}

function redirectEach(cluster: Cluster, pipeline: ChainableCommander): void {
  const fillResult: unknown = Reflect.get(pipeline, 'fillResult');
  if (typeof fillResult !== 'function')
    throw new TypeError('ioredis is not built as expected: it does not fill in the results of a pipeline');
  Reflect.set(pipeline, 'fillResult', (result: readonly unknown[], position: number) => {
    const fill = (value: readonly unknown[]): void =>
      void Reflect.apply(fillResult, pipeline, [value, position]);
    const command = isRedirected(result[0]) ? commandAt(pipeline, position) : undefined;
    if (!command || Reflect.get(command, 'inTransaction') === true) return fill(result);
    Reflect.apply(Reflect.get(command, 'initPromise'), command, []);
    Reflect.apply(cluster.sendCommand, cluster, [command]).then(
      (reply: unknown) => fill([null, reply]),
      (error: unknown) => fill([error]),
    );
  });
}

function commandAt(pipeline: ChainableCommander, position: number): object | undefined {
  const queue: unknown = Reflect.get(pipeline, '_queue');
  const command: unknown = Array.isArray(queue) ? queue[position] : undefined;
  return isObject(command) ? command : undefined;
}

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
