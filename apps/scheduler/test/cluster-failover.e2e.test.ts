import { type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import { fleetForTests, type RedisCluster, startCluster, until } from '@redis-to-mongo/test-kit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { untilVerdict } from './verdict-under-test.js';

type Stored = { _id: string; members?: unknown };

let cluster: RedisCluster;
/** Of the first master. */
let replica: RedisServer;
/** To the masters, then to the replica. */
let clients: Redis[];
beforeAll(async () => {
  cluster = await startCluster();
  replica = await startRedis({ args: ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'] });
  clients = [...cluster.nodes, replica].map(({ url }) => new Redis(url, { enableReadyCheck: false }));
  const [master, toReplica] = ends();
  await master.cluster('MEET', '127.0.0.1', replica.port);
  const id = await master.cluster('MYID');
  await until(async () => expect(await toReplica.cluster('NODES')).toContain(String(id)));
  await toReplica.call('CLUSTER', 'REPLICATE', String(id));
  await until(async () => expect(await toReplica.info('replication')).toMatch(/master_link_status:up/));
});
afterAll(async () => {
  for (const client of clients) client.disconnect();
  await replica.stop();
  await cluster.close();
});
const fleet = fleetForTests();

/** Of the first shard: its master, and its replica. */
function ends(): [master: Redis, replica: Redis] {
  const [master, toReplica] = [clients[0], clients.at(-1)];
  if (!master || !toReplica) throw new TypeError('they were opened');
  return [master, toReplica];
}

it('a worker goes on reading a master of a cluster that knows nothing of its successor: what it missed there is read once it has moved', async () => {
  const [former, next] = ends();
  // The worker hears of the slots by the first master alone.
  for (const client of clients)
    await client.acl(
      'SETUSER',
      'worker',
      'on',
      'nopass',
      '~*',
      '&*',
      '+@all',
      client === former ? '+cluster' : '-cluster|slots',
    );
  const tag = await keyOfSlotBelow(former, 16_384 / 3);
  const key = `${tag} split`;
  const members = async (name: string) =>
    (await fleet.db.collection<Stored>('sets').findOne({ _id: name }))?.members;
  const env = { REDIS_URL: '', REDIS_CLUSTER_NODES: cluster.hosts, IDLE_INTERVAL_SEC: '3600' };
  await former.sadd(key, 'a');
  expect(await former.wait(1, 10_000)).toBe(1);
  fleet.scheduler(env);
  fleet.worker({ ...env, REDIS_USERNAME: 'worker', REDIS_PASSWORD: 'any' });
  await until(async () => expect(await members(key)).toEqual(['a']));
  await former.call('CLUSTER', 'FORGET', String(await next.cluster('MYID')));
  await next.call('CLUSTER', 'FAILOVER', 'TAKEOVER');
  await untilVerdict(fleet, 'servers-differ', cluster);
  await next.sadd(key, 'b');
  await former.sadd(`${tag} lost`, 'a');
  await fleet.queue.request([`${tag} lost`]);
  await until(async () => expect(await members(`${tag} lost`)).toEqual(['a']));
  await until(async () => expect(await fleet.queue.dueCount()).toBe(0));
  expect(await members(key)).toEqual(['a']);
  await former.cluster('MEET', '127.0.0.1', next.options.port ?? 0);
  await until(async () => expect(await members(key)).toEqual(['a', 'b']), 30_000);
  await until(async () => expect(await fleet.key(`${tag} lost`)).toMatchObject({ status: 'deleted' }));
  await untilVerdict(fleet, 'complete', cluster);
});

/** A hash tag whose keys are in a slot below this one. */
async function keyOfSlotBelow(redis: Redis, slot: number): Promise<string> {
  for (let i = 0; ; i++) if (Number(await redis.cluster('KEYSLOT', `{${i}}`)) < slot - 1) return `{${i}}`;
}
