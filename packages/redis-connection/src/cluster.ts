import { groupBy } from '@redis-to-mongo/pipeline';
import calculateSlot from 'cluster-key-slot';
import { type ChainableCommander, Cluster, type Redis } from 'ioredis';
import { redisError, throwRedisError } from './redis-error.js';
import { isCommandRefused } from './refused.js';
import { SLOTS_CHANGED } from './reply-meanings.js';

type Name = string | Buffer;
/** Maximum number of items in one pipeline. */
const AT_ONCE = 1000;
/** How many times a command is sent again after the answer MOVED or ASK. */
const MOVED_TRIES = 3;

type Reply = [error: Error | null, result: unknown];

/** Whether a client is connected to a cluster. There, all keys of a command must share a slot. */
export function isCluster(redis: Redis): boolean {
  return asCluster(redis) !== undefined;
}

/**
 * The servers that hold the keys: all masters of a cluster, or the one server.
 * @throws SyncError `REDIS_UNAVAILABLE` while no master of the cluster is known: an empty list would pass for
 * an empty Redis.
 */
export function mastersOf(redis: Redis): readonly Redis[] {
  const cluster = asCluster(redis);
  if (!cluster) return [redis];
  const masters = cluster.nodes('master');
  if (masters.length === 0) throw redisError(new Error('CLUSTERDOWN no master of the cluster is known'));
  return masters;
}

/** As mastersOf, but first waits until the cluster has been reached. @throws SyncError as redisError. */
export async function knownMasters(redis: Redis): Promise<readonly Redis[]> {
  const cluster = asCluster(redis);
  if (cluster && cluster.status !== 'ready') await cluster.ping().catch(throwRedisError());
  return mastersOf(redis);
}

/**
 * The slots of each master of a cluster, as that master reports them. `undefined` while slots are moving, if
 * a node is no longer a master, or if the user may not run CLUSTER NODES. Empty for a single server.
 * @throws SyncError as redisError.
 */
export async function slotsAtRest(redis: Redis): Promise<string | undefined> {
  if (!isCluster(redis)) return '';
  const nodes = await Promise.all(
    (await knownMasters(redis)).map(async (master) => String(await master.cluster('NODES'))),
  ).catch((error: unknown) => {
    if (isCommandRefused(error)) return [''];
    throw redisError(error);
  });
  const own = nodes.map((text) =>
    /^(\S+) \S+ myself,master .* connected((?: [\d-]+)*)$/m.exec(text)?.slice(1),
  );
  return own.includes(undefined) ? undefined : own.join('\n');
}

/**
 * The server that holds the key. If the key has moved, commands sent to this server are not redirected, but
 * fail with MOVED.
 */
export async function masterOf(redis: Redis, key: Name): Promise<Redis> {
  const cluster = asCluster(redis);
  if (!cluster) return redis;
  if (cluster.status !== 'ready') await cluster.ping(); // until then it is not known who holds what
  const address = cluster.slots[calculateSlot(key)]?.[0];
  const master = cluster.nodes('master').find(({ options: { host, port } }) => `${host}:${port}` === address);
  if (!master) throw new Error('CLUSTERDOWN no node has the slot');
  return master;
}

/**
 * Groups the items so that one command may take a whole group: all items, or on a cluster those of one slot.
 */
export function groupBySlot<T>(redis: Redis, items: readonly T[], nameOf: (item: T) => Name): T[][] {
  if (!isCluster(redis)) return [[...items]];
  return [...groupBy(items, (item) => calculateSlot(nameOf(item))).values()];
}

/**
 * Runs one command per item, in pipelines of up to 1000; on a cluster in separate pipelines for each node.
 * @param queue adds the command of one item.
 * @returns the replies, in the order of the items.
 * @throws the error of ioredis if the connection fails; errors of single commands are in their replies.
 */
export async function pipelined<T>(
  redis: Redis,
  items: readonly T[],
  nameOf: (item: T) => Name,
  queue: (pipeline: ChainableCommander, item: T) => void,
): Promise<Reply[]> {
  if (items.length === 0) return [];
  const replies: Reply[] = Array.from({ length: items.length });
  const indexes = [...items.keys()];
  const run = async (part: readonly number[]) => {
    for (let i = 0; i < part.length; i += AT_ONCE) await runPart(part.slice(i, i + AT_ONCE));
  };
  const runPart = async (part: readonly number[]) => {
    const pipeline = redis.pipeline();
    for (const index of part) {
      const item = items[index];
      if (item !== undefined) queue(pipeline, item);
    }
    const answers = (await pipeline.exec().catch((error: unknown) => unlessSlotsChanged(part, error))) ?? [];
    part.forEach((index, i) => {
      replies[index] = answers[i] ?? [new Error('no reply'), undefined];
    });
  };
  const cluster = asCluster(redis);
  if (!cluster) {
    await run(indexes);
    return replies;
  }
  if (cluster.status !== 'ready') await cluster.ping(); // until then it is not known who holds what
  const nodeOf = (index: number) => {
    const item = items[index];
    return item === undefined ? '' : (cluster.slots[calculateSlot(nameOf(item))]?.join() ?? '');
  };
  // ioredis refreshes its slots only if all commands of a pipeline were redirected.
  for (let left = indexes, tries = 0; ; tries++) {
    await Promise.all([...groupBy(left, nodeOf).values()].map(run));
    left = left.filter((index) => isRedirected(replies[index]?.[0]));
    if (left.length === 0 || tries === MOVED_TRIES) return replies;
    await refreshSlots(cluster);
  }
}

/**
 * ioredis refuses a pipeline if the slots by which its keys were grouped have changed. Such a refusal becomes
 * MOVED replies.
 * @throws any other error.
 */
function unlessSlotsChanged(part: readonly number[], error: unknown): Reply[] {
  if (!(error instanceof Error && SLOTS_CHANGED.test(error.message))) throw error;
  return part.map(() => [new Error('MOVED slots have changed'), undefined]);
}

/**
 * Whether a node of a cluster redirects a command to another node. Such a node knows the command, and the
 * user may run it.
 */
export function isRedirected(error: unknown): boolean {
  return error instanceof Error && /^(MOVED|ASK) /.test(error.message);
}

/** Refreshes the slots. The next replies show whether a node has answered. */
async function refreshSlots(cluster: Cluster): Promise<void> {
  await new Promise<void>((resolve) => {
    cluster.refreshSlotsCache(() => resolve());
  });
}

function asCluster(redis: unknown): Cluster | undefined {
  return redis instanceof Cluster ? redis : undefined;
}
