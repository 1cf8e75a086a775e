import { type RedisCluster, startCluster, until } from '@redis-to-mongo/test-kit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { connectRedis, mastersOf, ServersReached } from '../src/index.js';

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startCluster();
  // As behind one name with a port for each node: a client goes on by the name that it was given.
  for (const { url } of cluster.nodes) {
    const node = new Redis(url, { enableReadyCheck: false });
    await node.config('SET', 'cluster-preferred-endpoint-type', 'unknown-endpoint');
    node.disconnect();
  }
});
afterAll(async () => await cluster.close());

const opened: Redis[] = [];
afterEach(() => {
  for (const redis of opened.splice(0)) redis.disconnect();
});

/** Connects to the first node by one of the names of this host. */
function reachedBy(host: string) {
  const reached = new ServersReached();
  const clusterNodes = cluster.nodes.slice(0, 1).map(({ port }) => ({ host, port }));
  const redis = connectRedis({ ...cluster.address, clusterNodes }, () => {}, { reached });
  opened.push(redis);
  return { redis, reached };
}

it('the nodes of a cluster that do not name their host are reached by the name that led to the first one', async () => {
  const { redis } = reachedBy('localhost');
  for (let i = 0; i < 100; i++) expect(await redis.set(`key ${i}`, 'a')).toBe('OK');
  expect(mastersOf(redis).map(({ options: { host, port } }) => ({ host, port }))).toEqual(
    expect.arrayContaining(cluster.nodes.map(({ port }) => ({ host: 'localhost', port }))),
  );
});

it('a redirection without a host leads to a port of the host that gave it', async () => {
  const { redis } = reachedBy('localhost');
  await redis.set('a', '1');
  const answers = await Promise.allSettled(mastersOf(redis).map(async (master) => await master.get('a')));
  const refused = answers.flatMap((each) =>
    each.status === 'rejected' ? [String(each.reason.message)] : [],
  );
  expect(refused).toHaveLength(2);
  for (const message of refused) expect(message).toMatch(/^MOVED \d+ localhost:\d+$/);
});

it('processes that reach the nodes of a cluster by different names read the same servers', async () => {
  const [one, other] = [reachedBy('127.0.0.1'), reachedBy('localhost')];
  await until(() => expect(one.reached.facts.servers).toHaveLength(1));
  await until(() => expect(other.reached.facts).toEqual(one.reached.facts));
});
