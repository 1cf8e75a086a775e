import { once } from 'node:events';
import { createServer } from 'node:net';
import { type RedisServer, startRedis, startTcpProxy, type TcpProxy } from '@redis-to-mongo/local-stack';
import { NO_TLS } from '@redis-to-mongo/pipeline';
import { type Sentinel, startSentinel, until } from '@redis-to-mongo/test-kit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { connectRedis, ServersReached } from '../src/index.js';

let master: RedisServer;
let way: TcpProxy;
let replica: RedisServer;
let sentinel: Sentinel;
beforeAll(async () => {
  [master, replica] = await Promise.all([startRedis(), startRedis()]);
  way = await startTcpProxy(master.port);
  const client = new Redis(replica.url);
  await client.replicaof('127.0.0.1', way.port);
  await until(async () => expect(await client.info('replication')).toMatch(/master_link_status:up/));
  client.disconnect();
  sentinel = await startSentinel({ pid: master.pid, port: way.port });
});
afterAll(async () => {
  await sentinel.stop();
  await way.close();
  await Promise.all([master.stop(), replica.stop()]);
});

function bySentinels(addresses: readonly string[], reached = new ServersReached()): Redis {
  const nodes = addresses.map((address) => ({ host: '127.0.0.1', port: Number(address.split(':')[1]) }));
  const address = { host: '', port: 0, db: 0, tls: NO_TLS, sentinel: { nodes, name: 'mymaster' } };
  return connectRedis(address, () => {}, { reached });
}

it('a Sentinel that accepts connections and does not answer is passed over', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const address = silent.address();
  if (address === null || typeof address === 'string') throw new TypeError('it has no port');
  const redis = bySentinels([`127.0.0.1:${address.port}`, sentinel.address]);
  try {
    expect(await redis.ping()).toBe('PONG');
  } finally {
    redis.disconnect();
    silent.close();
  }
});

it('a master that Sentinels have replaced is left at once, though its connections stay open; a Sentinel that is down is not printed', async () => {
  const printed = vi.spyOn(console, 'error');
  const reached = new ServersReached();
  const redis = bySentinels([sentinel.address, '127.0.0.1:1'], reached);
  const portOf = async () => /tcp_port:(\d+)/.exec(await redis.info('server'))?.[1];
  try {
    expect(await portOf()).toBe(String(master.port));
    const before = reached.facts;
    expect(before.movedMs).toBeUndefined();
    way.set('hang');
    await until(() => expect(reached.facts.movedMs).toBeDefined(), 25_000);
    expect(await portOf()).toBe(String(replica.port));
    expect(reached.facts.servers).toHaveLength(1);
    expect(reached.facts.servers).not.toEqual(before.servers);
    expect(printed).not.toHaveBeenCalled();
  } finally {
    redis.disconnect();
    printed.mockRestore();
  }
  await until(() => expect(reached.facts.servers).toEqual([]));
});
