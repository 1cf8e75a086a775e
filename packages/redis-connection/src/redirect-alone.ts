import { isObject } from '@redis-to-mongo/pipeline';
import type { ChainableCommander, Cluster } from 'ioredis';
import { isRedirected } from './cluster.js';

/**
 * Has commands of a pipeline that are redirected (`ASK`, `MOVED`) sent again each on its own. ioredis sends all commands of the pipeline
 * to the other node, also those that were answered, if it sends any. After `ASK`, that node answers as if it had every key that it has not
 * got yet: keys that are still in the old place pass for deleted. What several callers ask at once is such a pipeline
 * (`enableAutoPipelining`). Transactions are redirected as a whole, and rightly so.
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
