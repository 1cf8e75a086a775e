import { startRedis } from '@redis-to-mongo/local-stack';
import { masterOf, mastersOf } from '@redis-to-mongo/redis-connection';
import { fleetForTests, prints, type RedisCluster, startCluster, until } from '@redis-to-mongo/test-kit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { untilVerdict } from './verdict-under-test.js';

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterEach(async () => {
  await Promise.all(mastersOf(cluster.redis).map((master) => master.flushall()));
});
afterAll(async () => {
  await cluster.close();
});
const fleet = fleetForTests();

/** Enough that each node has some; `REDIS_URL` is emptied, so that nothing but the cluster can be meant. */
const KEYS = Array.from({ length: 30 }, (_, i) => `stream:${i}`).concat('tags:1', 'tags:2', 'tags:3');

async function mirrors(env: Record<string, string>): Promise<void> {
  const { redis } = cluster;
  const streams = KEYS.filter((key) => key.startsWith('stream'));
  const add = async (ms: number) => {
    for (const key of streams) await redis.xadd(key, `${ms}-0`, 'n', String(ms));
  };
  const sets = fleet.db.collection<{ _id: string }>('sets');
  await add(1);
  for (const key of KEYS) if (key.startsWith('tags')) await redis.sadd(key, 'a');
  // Too large to be read in one piece.
  await redis.sadd('tags:3', ...Array.from({ length: 8_000 }, (_, i) => `${i}-${'x'.repeat(100)}`));
  fleet.scheduler({ ...env, SYNC_INTERVAL_SEC: '1', IDLE_INTERVAL_SEC: '3600' });
  fleet.worker(env);
  await until(async () => expect(await fleet.db.collection('keys').countDocuments()).toBe(KEYS.length));
  for (let ms = 2; ms <= 5; ms++) {
    await add(ms);
    await redis.sadd('tags:2', `member ${ms}`);
    await until(async () =>
      expect(await fleet.db.collection('stream_messages').countDocuments()).toBe(streams.length * ms),
    );
  }
  await until(async () => expect(await sets.findOne({ _id: 'tags:2' })).toMatchObject({ size: 5 }));
  await until(async () => expect(await sets.findOne({ _id: 'tags:3' })).toMatchObject({ size: 8_001 }));
  await redis.del('stream:7', 'stream:7');
  await until(async () => expect(await fleet.key('stream:7')).toMatchObject({ status: 'deleted' }));
  await redis.xadd('stream:new', '1-0', 'n', '1');
  await until(async () => expect(await fleet.entries('stream:new')).toBe(1));
  await redis.del('stream:new');
}

describe('Redis Cluster', () => {
  it('is mirrored from all its masters, with a queue elsewhere', async () => {
    await mirrors({ REDIS_URL: '', REDIS_CLUSTER_NODES: cluster.hosts });
  });

  it('may hold the queue beside the source', async () => {
    await mirrors({ REDIS_URL: '', QUEUE_REDIS_URL: '', REDIS_CLUSTER_NODES: cluster.hosts });
    await until(async () => expect(await cluster.redis.zcard('{r2m}:sync:repeat')).toBeGreaterThan(30));
    for (const node of cluster.nodes) expect(node.pid).toBeDefined();
  });

  it('may hold the queue alone', async () => {
    await fleet.redis.xadd('orders', '1-0', 'n', '1');
    // The queue of the test before is for another source, and says so.
    const env = { QUEUE_REDIS_URL: '', QUEUE_REDIS_CLUSTER_NODES: cluster.hosts, QUEUE_PREFIX: 'alone' };
    fleet.scheduler(env);
    fleet.worker(env);
    await until(async () => expect(await fleet.entries('orders')).toBe(1));
    await fleet.redis.xadd('orders', '2-0', 'n', '2');
    await until(async () => expect(await fleet.entries('orders')).toBe(2));
  });

  it('is mirrored on after one of its masters was killed and restarted', async () => {
    const env = { REDIS_URL: '', REDIS_CLUSTER_NODES: cluster.hosts };
    const { redis } = cluster;
    for (const key of KEYS) if (key.startsWith('stream')) await redis.xadd(key, '1-0', 'n', '1');
    const scheduler = fleet.scheduler(env);
    const worker = fleet.worker(env);
    await until(async () => expect(await fleet.db.collection('keys').countDocuments()).toBe(30));
    await cluster.nodes[1]?.kill();
    await cluster.nodes[1]?.restart();
    await until(async () => {
      for (const key of KEYS)
        if (key.startsWith('stream')) await redis.xadd(key, '2-0', 'n', '2').catch(ifThere);
    });
    await until(async () => {
      for (const key of KEYS) if (key.startsWith('stream')) expect(await fleet.entries(key)).toBe(2);
    });
    expect([scheduler.process.exitCode, worker.process.exitCode]).toEqual([null, null]);
  });

  it('is mirrored from the masters that are left while one is down, which status names; and wholly once it is back', async () => {
    const env = { REDIS_URL: '', REDIS_CLUSTER_NODES: cluster.hosts, SYNC_INTERVAL_SEC: '1' };
    const { redis } = cluster;
    const [down] = cluster.nodes;
    if (!down) throw new TypeError('the cluster has nodes');
    for (const master of mastersOf(redis)) await master.config('SET', 'cluster-require-full-coverage', 'no');
    const streams = KEYS.filter((key) => key.startsWith('stream'));
    for (const key of streams) await redis.xadd(key, '1-0', 'n', '1');
    const owners = await Promise.all(streams.map(async (key) => (await masterOf(redis, key)).options.port));
    const left = streams.filter((_, i) => owners[i] !== down.port);
    fleet.scheduler(env);
    fleet.worker(env);
    await until(async () => expect(await fleet.db.collection('keys').countDocuments()).toBe(30));
    await untilVerdict(fleet, 'complete', cluster);
    await down.kill();
    try {
      const { reasons } = await untilVerdict(fleet, 'source-unreachable', cluster);
      expect(reasons.find(({ code }) => code === 'source-unreachable')).toMatchObject({
        what: '1 of 3 masters of the source cluster does not answer',
        remedy: expect.stringContaining(`127.0.0.1:${down.port}`),
      });
      for (const key of left)
        await until(async () => void (await redis.xadd(key, '2-0', 'n', '2').catch(ifThere)));
      for (const key of left) await until(async () => expect(await fleet.entries(key)).toBe(2));
    } finally {
      await down.restart();
    }
    await untilVerdict(fleet, 'complete', cluster);
  });

  it('is mirrored from a node that joins while the fleet runs', async () => {
    const env = { REDIS_URL: '', REDIS_CLUSTER_NODES: cluster.hosts };
    await cluster.redis.xadd('stream:0', '1-0', 'n', '1');
    const scheduler = fleet.scheduler(env);
    fleet.worker(env);
    await until(async () => expect(await fleet.entries('stream:0')).toBe(1));
    await prints(scheduler, /sweep done/);
    const slot = Number(await cluster.redis.cluster('KEYSLOT', 'stream:new'));
    const owner = (await masterOf(cluster.redis, 'stream:new')).options.port;
    const leave = await joinCluster(cluster, slot);
    try {
      for (let ms = 1; ms <= 3; ms++) {
        await cluster.redis.xadd('stream:new', `${ms}-0`, 'n', String(ms));
        await until(async () => expect(await fleet.entries('stream:new')).toBe(ms));
      }
      await cluster.redis.del('stream:new');
    } finally {
      await leave(owner ?? 0);
    }
  });
});

/** Starts a node that gets a slot of the cluster, which has no keys. @returns gives it back to the node at a port, and ends this one. */
async function joinCluster({ nodes }: RedisCluster, slot: number): Promise<(owner: number) => Promise<void>> {
  const node = await startRedis({ args: ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'] });
  const clients = [node, ...nodes].map(({ url }) => new Redis(url, { enableReadyCheck: false }));
  const [own] = clients;
  await own?.cluster('MEET', '127.0.0.1', nodes[0]?.port ?? 0);
  await until(async () => {
    for (const client of clients)
      expect(String(await client.cluster('INFO'))).toMatch(/state:ok[\s\S]*known_nodes:4/);
  });
  const give = async (port: number) => {
    const id = await clients.find(({ options }) => options.port === port)?.cluster('MYID');
    for (const client of clients) await client.cluster('SETSLOT', slot, 'NODE', String(id));
  };
  await give(node.port);
  return async (owner) => {
    await give(owner);
    for (const client of clients) client.disconnect();
    await node.stop();
  };
}

/** An id that is there already was added by the try before. */
function ifThere(error: Error): void {
  if (!/equal or smaller/.test(error.message)) throw error;
}
