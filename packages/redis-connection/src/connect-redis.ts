import { readFileSync } from 'node:fs';
import { Redis, type RedisOptions } from 'ioredis';

/** ioredis' options; replies keep ioredis' ordinary (RESP2) shapes. */
export type ClientOptions = Omit<RedisOptions, 'replyMapping' | 'protocol'>;

/** How to reach a Redis; the `redis` and `queue.redis` parts of the configuration have this shape. */
export interface RedisAddress {
  readonly url?: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly db: number;
  readonly tls: {
    readonly enabled: boolean;
    readonly caFile?: string | undefined;
    readonly certFile?: string | undefined;
    readonly keyFile?: string | undefined;
    readonly rejectUnauthorized: boolean;
  };
}

/** For a connection whose commands may wait long for their answer: reads that block, a worker's, a subscription. */
export const FOR_BLOCKING: ClientOptions = {
  maxRetriesPerRequest: null,
  commandTimeout: undefined,
  keepAlive: 10_000,
};

/**
 * Opens a connection. It reconnects by itself for ever, with a capped backoff and jitter; unless `more` says otherwise,
 * a command fails with a connection error after three lost connections, or once it has waited 30 s for an answer.
 */
export function connectRedis(
  address: RedisAddress,
  onError: (error: Error) => void,
  more: ClientOptions = {},
): Redis {
  const options: ClientOptions = {
    maxRetriesPerRequest: 3,
    commandTimeout: 30_000,
    connectTimeout: 5_000,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 6), 2_000) * (0.5 + Math.random() / 2),
    ...tlsOf(address),
    ...more,
  };
  const redis = address.url
    ? new Redis(address.url, options)
    : new Redis({
        ...options,
        host: address.host,
        port: address.port,
        db: address.db,
        ...(address.username ? { username: address.username } : {}),
        ...(address.password ? { password: address.password } : {}),
      });
  redis.on('error', onError);
  return redis;
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
