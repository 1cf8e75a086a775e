import { type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import { NO_TLS } from '@redis-to-mongo/pipeline';
import {
  addressOfUrl,
  connectRedis,
  knownMasters,
  masterOf,
  type RedisAddress,
} from '@redis-to-mongo/redis-connection';
import { vi } from 'vitest';

const SLOTS = 16_384;

export interface RedisCluster {
  readonly nodes: readonly RedisServer[];
  /** The nodes, in the form of REDIS_CLUSTER_NODES. */
  readonly hosts: string;
  readonly address: RedisAddress;
  readonly redis: ReturnType<typeof connectRedis>;
  close(): Promise<void>;
}

/** Starts three masters without replicas, each with a third of the slots. */
export async function startCluster(): Promise<RedisCluster> {
  const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'];
  const nodes = await Promise.all([0, 1, 2].map(() => startRedis({ args })));
  const clients = nodes.map(({ url }) =>
    connectRedis(addressOfUrl(url), () => {}, { enableReadyCheck: false }),
  );
  for (const [i, client] of clients.entries()) {
    const [from, upTo] = [Math.floor((SLOTS * i) / 3), Math.floor((SLOTS * (i + 1)) / 3) - 1];
    await client.call('CLUSTER', 'ADDSLOTSRANGE', String(from), String(upTo));
    await client.call('CLUSTER', 'SET-CONFIG-EPOCH', String(i + 1));
  }
  for (const { port } of nodes) await clients[0]?.call('CLUSTER', 'MEET', '127.0.0.1', String(port));
  await vi.waitFor(
    async () => {
      for (const client of clients) {
        const info = String(await client.call('CLUSTER', 'INFO'));
        if (!info.includes('cluster_state:ok') || !info.includes('cluster_known_nodes:3'))
          throw new Error(info);
      }
    },
    { timeout: 30_000, interval: 100 },
  );
  for (const client of clients) client.disconnect();
  const clusterNodes = nodes.map(({ port }) => ({ host: '127.0.0.1', port }));
  const address = { host: '', port: 0, db: 0, tls: NO_TLS, clusterNodes };
  const redis = connectRedis(address, () => {});
  return {
    nodes,
    hosts: nodes.map(({ port }) => `127.0.0.1:${port}`).join(','),
    address,
    redis,
    close: async () => {
      redis.disconnect();
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}

/** Begins to move the key's slot from its node to another one. The slot stays like this, and its keys do not move. */
export async function startMovingSlot({ redis }: Pick<RedisCluster, 'redis'>, key: string): Promise<void> {
  const from = await masterOf(redis, key);
  const to = (await knownMasters(redis)).find((master) => master !== from);
  if (!to) throw new TypeError('the cluster has only one node');
  const slot = Number(await from.cluster('KEYSLOT', key));
  const [fromId, toId] = [await from.cluster('MYID'), await to.cluster('MYID')];
  await to.cluster('SETSLOT', slot, 'IMPORTING', String(fromId));
  await from.cluster('SETSLOT', slot, 'MIGRATING', String(toId));
}
