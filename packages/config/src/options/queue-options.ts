import { decimal, file, flag, host, list, port, redisUrl, text, whole } from '../option.js';

const SOURCE = 'the source’s';

/** The Redis that holds the job queue: the source, by default. */
export const QUEUE_OPTIONS = {
  QUEUE_PREFIX: text({
    doc: 'Prefix of the queue’s own keys, which are never mirrored. The fleet wraps it in braces, a hash tag, so that a cluster keeps these keys together. Each fleet needs its own prefix.',
    default: 'r2m',
    notEmpty: true,
  }),
  DEAD_AFTER_SEC: decimal({
    doc: 'A scheduler or worker without a heartbeat for this time counts as dead: another scheduler takes over, and other workers continue with its keys and jobs. A lower value makes the takeover faster; but if the process was only delayed, its work is done twice, which costs time but does no harm. Use the same value for all processes of a fleet.',
    default: 10,
    min: 1,
    max: 600,
    unit: 's',
  }),
  QUEUE_REDIS_URL: redisUrl({
    doc: 'The whole address of the queue’s Redis, as in `REDIS_URL`. This Redis needs `maxmemory-policy noeviction`.',
    unset: SOURCE,
  }),
  QUEUE_REDIS_HOST: host({ doc: 'Host of the queue’s Redis.', unset: SOURCE }),
  QUEUE_REDIS_PORT: port({ doc: 'Port of the queue’s Redis.', unset: SOURCE }),
  QUEUE_REDIS_USERNAME: text({ doc: 'ACL user. Needs a password.', unset: SOURCE }),
  QUEUE_REDIS_PASSWORD: text({ doc: 'Password of the queue’s Redis.', sensitive: true, unset: SOURCE }),
  QUEUE_REDIS_DB: whole({ doc: 'Number of the queue’s database.', min: 0, unset: SOURCE }),
  QUEUE_REDIS_TLS: flag({ doc: 'Connect to the queue’s Redis with TLS.', unset: SOURCE }),
  QUEUE_REDIS_TLS_CA_FILE: file({
    doc: 'PEM file of the authority that signed the server’s certificate.',
    unset: SOURCE,
  }),
  QUEUE_REDIS_TLS_CERT_FILE: file({
    doc: 'PEM file of the client’s certificate. Needs `QUEUE_REDIS_TLS_KEY_FILE`.',
    unset: SOURCE,
  }),
  QUEUE_REDIS_TLS_KEY_FILE: file({ doc: 'PEM file of the client’s key.', unset: SOURCE }),
  QUEUE_REDIS_TLS_REJECT_UNAUTHORIZED: flag({
    doc: 'Refuse a server whose certificate cannot be verified.',
    unset: SOURCE,
  }),
  QUEUE_REDIS_CLUSTER_NODES: list({
    doc: 'Nodes of the queue’s cluster, as `host:port`.',
    unset: SOURCE,
    notEmpty: true,
  }),
  QUEUE_REDIS_SENTINELS: list({
    doc: 'Sentinels of the queue’s Redis, as `host:port`.',
    unset: SOURCE,
    notEmpty: true,
  }),
  QUEUE_REDIS_SENTINEL_NAME: text({
    doc: 'Name of the master at the Sentinels.',
    unset: 'the source’s; `mymaster`',
  }),
  QUEUE_REDIS_SENTINEL_PASSWORD: text({
    doc: 'Password of the Sentinels.',
    sensitive: true,
    unset: SOURCE,
  }),
};
