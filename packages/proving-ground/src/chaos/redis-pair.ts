import { setTimeout as sleep } from 'node:timers/promises';
import { type RedisServer, startTcpProxy, type TcpProxy } from '@redis-to-mongo/local-stack';
import { ONE_TRY, openRedis } from '../program/open-redis.js';

/** A primary and its replica behind one name. */
export interface RedisPair {
  /** The current primary. */
  readonly server: RedisServer;
  /** The fleet's proxy to the primary. Faults may break it. */
  readonly way: TcpProxy;
  /** The address of another proxy to the primary. It is only broken during a swap. */
  readonly url: string;
  /**
   * Swaps primary and replica. From then on, both proxies lead to the new primary. Existing connections of
   * the fleet stay with the old one.
   * @param isExact requires that no data is lost, while nothing is written. Returns false if
   * the replica does not catch up.
   */
  swap(isExact: boolean): Promise<boolean>;
  close(): Promise<void>;
}

const IN_STEP_MS = 10_000;
const AGAIN_MS = 50;

/** Makes the second server a replica of the first. */
export async function pairOf(primary: RedisServer, replica: RedisServer): Promise<RedisPair> {
  let [now, other] = [primary, replica];
  const way = await startTcpProxy(now.port);
  const direct = await startTcpProxy(now.port);
  await ask(other, ['REPLICAOF', '127.0.0.1', String(now.port)]);
  return {
    get server() {
      return now;
    },
    way,
    url: `redis://127.0.0.1:${direct.port}`,
    swap: async (isExact) => {
      if (!(await isInStep(now, other)) && isExact) return false;
      const [before, next] = [now, other];
      await ask(next, ['REPLICAOF', 'NO', 'ONE']);
      await ask(before, ['REPLICAOF', '127.0.0.1', String(next.port)]);
      [now, other] = [next, before];
      for (const name of [way, direct]) name.lead(next.port);
      direct.set('cut');
      direct.set('pass');
      return true;
    },
    close: async () => {
      await Promise.all([way.close(), direct.close()]);
    },
  };
}

/**
 * Sends one command directly to a server.
 * @throws errors of ioredis, such as when the server does not answer.
 */
export async function ask(server: RedisServer, [name = '', ...words]: readonly string[]): Promise<unknown> {
  const redis = openRedis(server.url, ONE_TRY);
  try {
    return await redis.call(name, ...words);
  } finally {
    redis.disconnect();
  }
}

/**
 * Waits until the replica has all data of the primary; false after IN_STEP_MS. A primary that
 * has just restarted counts from another offset. A replica that has not noticed still reports
 * the replication id from before.
 */
async function isInStep(primary: RedisServer, replica: RedisServer): Promise<boolean> {
  const deadline = performance.now() + IN_STEP_MS;
  const infoField = async (server: RedisServer, field: string) => {
    const info = String(await ask(server, ['INFO', 'replication']).catch(() => ''));
    return new RegExp(`^${field}:(\\S+)`, 'm').exec(info)?.[1];
  };
  for (;;) {
    const [link, ofReplica, has, ofPrimary, wanted] = await Promise.all([
      infoField(replica, 'master_link_status'),
      infoField(replica, 'master_replid'),
      infoField(replica, 'slave_repl_offset'),
      infoField(primary, 'master_replid'),
      infoField(primary, 'master_repl_offset'),
    ]);
    const isSameHistory = ofPrimary !== undefined && ofReplica === ofPrimary;
    if (link === 'up' && isSameHistory && Number(has) >= Number(wanted)) return true;
    if (performance.now() > deadline) return false;
    await sleep(AGAIN_MS);
  }
}
