import type { Cluster, Redis } from 'ioredis';

/** The reply of CLUSTER SLOTS to the client, or why there is none. */
type Answered = (error: Error | null, ranges?: unknown) => void;

/** `MOVED` and `ASK` with a port and no host. */
const WITHOUT_HOST = /^((?:MOVED|ASK) \d+ ):(?=\d)/;

/**
 * Completes what the nodes of a cluster say of one another, before ioredis reads it. A node without a host
 * (`cluster-preferred-endpoint-type unknown-endpoint`; a single node that does not know its address) is to be
 * reached by the host that was asked. ioredis leaves such a node out, and commands would wait forever.
 * Source: https://redis.io/docs/latest/commands/cluster-slots/
 * @param onMasters called with the ids of the masters in each reply, before it is used. An id stays the same
 * when an address changes, and is the same by whatever name a node is reached.
 */
export function readNodes(cluster: Cluster, onMasters: (ids: readonly string[]) => void): void {
  const read: unknown = Reflect.get(cluster, 'getInfoFromNode');
  if (typeof read !== 'function')
    throw new TypeError(
      'ioredis is not built as expected: it does not ask the nodes of a cluster for the others',
    );
  const complete = (node: Redis, reply: unknown) => {
    const ranges = rangesOf(reply);
    for (const each of ranges.flat()) each[0] ||= node.options.host;
    onMasters([...new Set(ranges.map(([master]) => String(master?.[2] ?? master?.slice(0, 2).join(':'))))]);
  };
  Reflect.set(cluster, 'getInfoFromNode', (node: Redis | undefined, done: unknown) => {
    const asked = node && { duplicate: (options: object) => answering(node.duplicate(options), complete) };
    return Reflect.apply(read, cluster, [asked, done]);
  });
  cluster.on('+node', (node: Redis) => {
    const { host, reconnectOnError } = node.options;
    node.options.reconnectOnError = (error) => {
      error.message = error.message.replace(WITHOUT_HOST, `$1${host}:`);
      return reconnectOnError?.(error) ?? false;
    };
  });
}

/** A connection that passes on the reply of CLUSTER SLOTS once it is complete. */
function answering(node: Redis, complete: (node: Redis, reply: unknown) => void): Redis {
  const { cluster } = node;
  Reflect.set(node, 'cluster', (subcommand: string, done: Answered) =>
    Reflect.apply(cluster, node, [
      subcommand,
      (error: Error | null, reply: unknown) => {
        if (!error) complete(node, reply);
        done(error, reply);
      },
    ]),
  );
  return node;
}

/** The nodes of each range of slots, the master first; a node is its host, port, id and more. */
function rangesOf(reply: unknown): unknown[][][] {
  const isList = (value: unknown): value is unknown[] => Array.isArray(value);
  if (!isList(reply)) return [];
  return reply.filter(isList).map((range) => range.slice(2).filter(isList));
}
