import { hash } from 'node:crypto';
import { SyncError, secureContextOf } from '@redis-to-mongo/pipeline';
import { Cluster, type Redis, type RedisOptions } from 'ioredis';
import { attachCauses } from './attach-causes.js';
import { readNodes } from './cluster-nodes.js';
import { markFailures, markOrigin } from './error-origin.js';
import type { RedisRole } from './option-names.js';
import { redirectAlone, silenceSentinels } from './redirect-alone.js';
import type { RedisAddress } from './redis-address.js';
import { openGuarded } from './server-guard.js';
import type { ServersReached } from './servers-reached.js';

/** Options of ioredis; replies keep their ordinary (RESP2) shapes. */
export type ClientOptions = Omit<RedisOptions, 'replyMapping' | 'protocol' | 'reconnectOnError'> & {
  /** Requires a primary, for connections that write. */
  readonly primaryOnly?: boolean;
  /** The role of this Redis; errors name its options. Default: the source. */
  readonly purpose?: RedisRole;
  /** Records the server that the connection leads to, or the masters of a cluster. */
  readonly reached?: ServersReached;
};

type OwnOptions = ClientOptions & {
  readonly protocol?: 2;
  /** See GuardOptions; default true. */
  readonly asksRole?: boolean;
};

/**
 * For connections whose commands may wait long for an answer: blocking reads, BullMQ workers, subscriptions.
 */
export const FOR_BLOCKING: ClientOptions = {
  maxRetriesPerRequest: null,
  commandTimeout: undefined,
  keepAlive: 10_000,
};

/**
 * Interval at which a cluster is asked for its nodes, in ms. Otherwise ioredis learns of a new node only from
 * a redirected command. Connections to single nodes, such as those of the change feed and of scans, cause
 * none.
 */
const REFRESH_SLOTS_MS = 2_000;

/** Capped backoff with jitter, in ms. */
const retryStrategy = (times: number) =>
  Math.min(50 * 2 ** Math.min(times, 6), 2_000) * (0.5 + Math.random() / 2);

/**
 * A connection leaves a master as soon as a Sentinel announces another one. A master that is cut off from the
 * Sentinels, but not from this process, keeps its connections and accepts writes that will be lost. A
 * Sentinel that does not answer within 5 s is skipped.
 */
const FOLLOWS_SENTINELS = {
  failoverDetector: true,
  sentinelReconnectStrategy: retryStrategy,
  sentinelCommandTimeout: 5_000,
} as const;

/**
 * Opens a connection: to one server, to the master that Sentinels name, or to all nodes of a cluster. It
 * reconnects forever, with a capped backoff and jitter. Unless `more` says otherwise, a command fails with a
 * connection error after three lost connections, or after 30 s without an answer. It leads to the configured
 * server and database, or to none: see ServerGuard.
 * @throws SyncError `REDIS_URL` if the URL can't be used.
 */
export function connectRedis(
  address: RedisAddress,
  onError: (error: Error) => void,
  more: ClientOptions = {},
): Redis {
  return connectWith(address, onError, more);
}

/** As connectRedis; with `protocol` 2, the connection uses RESP2. */
export function connectWith(address: RedisAddress, onError: (error: Error) => void, more: OwnOptions): Redis {
  const options: OwnOptions = {
    maxRetriesPerRequest: 3,
    commandTimeout: 30_000,
    connectTimeout: 5_000,
    retryStrategy,
    lazyConnect: true,
    // No CLIENT SETINFO, which only reports the library's name: users without the privilege would fill the
    // server's ACL log.
    disableClientInfo: true,
    ...tlsOf(address),
    ...more,
  };
  const redis = open(address, options);
  attachCauses(redis, onError);
  // It connects only now, so that no event of the first attempt is missed.
  if (redis.status === 'wait') redis.connect().catch(() => {});
  return redis;
}

function open(address: RedisAddress, own: OwnOptions): Redis {
  const { primaryOnly = false, asksRole = true, purpose = 'source', reached, ...options } = own;
  const guard = { primaryOnly, asksRole, purpose, reached };
  const { url, host, port, db, username, password, clusterNodes, sentinel } = address;
  const login = { ...(username ? { username } : {}), ...(password ? { password } : {}) };
  if (clusterNodes) {
    const { enableAutoPipelining = false, lazyConnect: _, ...redisOptions } = options;
    const reconnectOnError = (error: Error) => {
      markOrigin(error, purpose);
      return false;
    };
    const cluster = new Cluster([...clusterNodes], {
      redisOptions: { ...redisOptions, ...login, reconnectOnError },
      enableAutoPipelining,
      clusterRetryStrategy: retryStrategy,
      slotsRefreshInterval: REFRESH_SLOTS_MS,
      // Names are not resolved: the nodes' certificates name the addresses that the nodes use among
      // themselves.
      dnsLookup: (name, done) => done(null, name),
    });
    markFailures(cluster, purpose);
    redirectAlone(cluster);
    noteMasters(cluster, reached);
    // A cluster's client has the same commands as a server's; isCluster distinguishes them.
    return cluster as unknown as Redis;
  }
  if (sentinel) {
    const redis = openGuarded(
      {
        ...options,
        ...login,
        db,
        sentinels: [...sentinel.nodes],
        name: sentinel.name,
        sentinelRetryStrategy: retryStrategy,
        ...FOLLOWS_SENTINELS,
        ...(sentinel.password ? { sentinelPassword: sentinel.password } : {}),
        ...(options.tls ? { sentinelTLS: options.tls, enableTLSForSentinelMode: true } : {}),
      },
      guard,
    );
    silenceSentinels(redis);
    return redis;
  }
  const place = url ? optionsOfUrl(url) : { ...login, host, port, db };
  return openGuarded({ ...options, ...place }, guard);
}

/**
 * Records the masters in the client's table of slots, by which it chooses where to read. Each node reports
 * the slots as it knows them: a master that is cut off from the others still names itself after its replica
 * has replaced it.
 */
function noteMasters(cluster: Cluster, reached: ServersReached | undefined): void {
  let masters: readonly string[] = [];
  readNodes(cluster, (ids) => {
    masters = ids;
  });
  cluster.on('refresh', () => {
    reached?.note(cluster, hash('sha256', [...masters].sort().join(), 'hex').slice(0, 40));
  });
  cluster.on('end', () => reached?.forget(cluster));
}

/** The TLS options of ioredis; empty without TLS. */
function tlsOf({ tls, url }: RedisAddress): Pick<RedisOptions, 'tls'> {
  if (!tls.enabled && !url?.startsWith('rediss:')) return {};
  return { tls: { rejectUnauthorized: tls.rejectUnauthorized, secureContext: secureContextOf(tls) } };
}

/**
 * Parses a Redis URL into options of ioredis; tlsOf handles `rediss:`.
 * @throws SyncError `REDIS_URL`: ioredis itself would use database 0 if the path is not a number.
 */
function optionsOfUrl(text: string): RedisOptions {
  if (!URL.canParse(text)) throw refused('it is not a URL');
  const url = new URL(text);
  const db = /^\/?(\d{0,9})$/.exec(url.pathname)?.[1];
  if (db === undefined) throw refused('its path is not the number of a database');
  const family = url.searchParams.get('family');
  const [username, password] = [decoded(url.username), decoded(url.password)];
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 6379),
    db: Number(db),
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
    ...(family ? { family: Number(family) } : {}),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refused('its user name or password is not percent-encoded');
  }
}

function refused(reason: string): SyncError {
  return new SyncError(
    'REDIS_URL',
    'configuration',
    `the URL of the Redis cannot be used: ${reason}: write redis://[user:password@]host:port[/database]`,
  );
}
