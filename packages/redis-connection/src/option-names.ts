import type { ConnectionOptions } from '@redis-to-mongo/pipeline';

/** The Redis of an error: the source, the queue's, or the one named by `--to`. */
export type RedisRole = 'source' | 'queue' | 'to';

export interface RedisOptionNames extends ConnectionOptions {
  readonly login: string;
  readonly database: string;
  readonly clusterNodes: string;
  readonly sentinels: string;
  /** What is wrong if the user has no permission for a key, and the remedy. */
  readonly noPermission: string;
}

const CODES: ConnectionOptions['codes'] = {
  tls: ['REDIS_TLS', 'configuration'],
  hostUnknown: ['REDIS_HOST_UNKNOWN', 'transient'],
  unavailable: ['REDIS_UNAVAILABLE', 'transient'],
};

/** The options of each Redis, as error messages name them. */
export const OPTION_NAMES: Readonly<Record<RedisRole, RedisOptionNames>> = {
  source: {
    server: 'Redis',
    codes: CODES,
    address: 'REDIS_HOST, REDIS_PORT or REDIS_URL',
    clusterNodes: 'REDIS_CLUSTER_NODES',
    sentinels: 'REDIS_SENTINELS',
    login: 'REDIS_USERNAME and REDIS_PASSWORD, or REDIS_URL',
    database: 'REDIS_DB, or the end of REDIS_URL',
    tls: 'REDIS_TLS',
    caFile: 'REDIS_TLS_CA_FILE',
    certFile: 'REDIS_TLS_CERT_FILE and REDIS_TLS_KEY_FILE',
    noPermission:
      'the user may not read this key (or, to trim it, not write to it): grant it the key (see the ACL in docs/operations.md), or add the key to KEY_EXCLUDE',
  },
  queue: {
    server: 'the queue’s Redis',
    codes: CODES,
    address: 'QUEUE_REDIS_HOST or QUEUE_REDIS_URL (REDIS_URL, while the queue has no address of its own)',
    clusterNodes: 'QUEUE_REDIS_CLUSTER_NODES',
    sentinels: 'QUEUE_REDIS_SENTINELS',
    login:
      'QUEUE_REDIS_USERNAME and QUEUE_REDIS_PASSWORD, or QUEUE_REDIS_URL (the source’s options, while the queue has no address of its own)',
    database:
      'QUEUE_REDIS_DB, or the end of QUEUE_REDIS_URL (the source’s options, while the queue has no address of its own)',
    tls: 'QUEUE_REDIS_TLS',
    caFile: 'QUEUE_REDIS_TLS_CA_FILE',
    certFile: 'QUEUE_REDIS_TLS_CERT_FILE and QUEUE_REDIS_TLS_KEY_FILE',
    noPermission:
      'the user may not use the queue’s keys: grant it ~{r2m}:*, with your QUEUE_PREFIX in place of r2m (see the ACL in docs/operations.md), or correct QUEUE_PREFIX',
  },
  to: {
    server: 'the Redis of --to',
    codes: CODES,
    address: '--to',
    clusterNodes: '--to',
    sentinels: '--to',
    login: 'the user name and password in --to',
    database: 'the end of --to',
    tls: '--to (redis:// is without TLS, rediss:// with it)',
    caFile: 'NODE_EXTRA_CA_CERTS',
    certFile: 'tls-auth-clients on the server',
    noPermission:
      'the user may not write this key, or not under the name redis-to-mongo:restore:… that it has until it is whole: grant it both (see the ACL in docs/operations.md)',
  },
};
