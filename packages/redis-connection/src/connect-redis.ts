import { readFileSync } from 'node:fs';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { RedisAddress } from './redis-address.js';

/** ioredis' options; replies keep ioredis' ordinary (RESP2) shapes. */
export type ClientOptions = Omit<RedisOptions, 'replyMapping' | 'protocol'>;

/** For a connection whose commands may wait long for their answer: reads that block, a worker's, a subscription. */
export const FOR_BLOCKING: ClientOptions = {
  maxRetriesPerRequest: null,
  commandTimeout: undefined,
  keepAlive: 10_000,
};

/** Capped backoff with jitter, in ms. */
const retryStrategy = (times: number) =>
  Math.min(50 * 2 ** Math.min(times, 6), 2_000) * (0.5 + Math.random() / 2);

/**
 * Opens a connection: to one server, to the master that Sentinels name, or to all nodes of a cluster. It reconnects by
 * itself for ever, with a capped backoff and jitter; unless `more` says otherwise, a command fails with a connection
 * error after three lost connections, or once it has waited 30 s for an answer.
 */
export function connectRedis(
  address: RedisAddress,
  onError: (error: Error) => void,
  more: ClientOptions = {},
): Redis {
  return connectWith(address, onError, more);
}

/** As connectRedis; with `protocol` 2, the connection itself speaks RESP2. */
export function connectWith(
  address: RedisAddress,
  onError: (error: Error) => void,
  more: ClientOptions & { readonly protocol?: 2 },
): Redis {
  const options = {
    maxRetriesPerRequest: 3,
    commandTimeout: 30_000,
    connectTimeout: 5_000,
    retryStrategy,
    ...tlsOf(address),
    ...more,
  };
  const redis = open(address, options);
  redis.on('error', onError);
  return redis;
}

function open(address: RedisAddress, options: ClientOptions & { readonly protocol?: 2 }): Redis {
  const { url, host, port, db, username, password, clusterNodes, sentinel } = address;
  const login = { ...(username ? { username } : {}), ...(password ? { password } : {}) };
  if (clusterNodes) {
    const { enableAutoPipelining = false, ...redisOptions } = options;
    const cluster = new Cluster([...clusterNodes], {
      redisOptions: { ...redisOptions, ...login },
      enableAutoPipelining,
      clusterRetryStrategy: retryStrategy,
      // The nodes' certificates carry the addresses by which they know each other.
      dnsLookup: (name, done) => done(null, name),
    });
    // A cluster's client has the same commands as a server's; what is different is asked for by isCluster.
    return cluster as unknown as Redis;
  }
  if (sentinel)
    return new Redis({
      ...options,
      ...login,
      db,
      sentinels: [...sentinel.nodes],
      name: sentinel.name,
      sentinelRetryStrategy: retryStrategy,
      ...(sentinel.password ? { sentinelPassword: sentinel.password } : {}),
      ...(options.tls ? { sentinelTLS: options.tls, enableTLSForSentinelMode: true } : {}),
    });
  return url ? new Redis(url, options) : new Redis({ ...options, ...login, host, port, db });
}

/** The TLS part of ioredis' options; empty without TLS. */
function tlsOf({ tls, url }: RedisAddress): Pick<RedisOptions, 'tls'> {
  if (!tls.enabled && !url?.startsWith('rediss:')) return {};
  return {
    tls: {
      rejectUnauthorized: tls.rejectUnauthorized,
      ...(tls.caFile ? { ca: readFileSync(tls.caFile) } : {}),
      ...(tls.certFile ? { cert: readFileSync(tls.certFile) } : {}),
      ...(tls.keyFile ? { key: readFileSync(tls.keyFile) } : {}),
    },
  };
}
