import { file, flag, host, list, port, redisUrl, text, whole } from '../option.js';

/** Redis, the source. */
export const REDIS_OPTIONS = {
  REDIS_URL: redisUrl({
    doc: 'The whole address: `redis://user:password@host:port/db`; `rediss://` turns TLS on. It replaces the options below. They may add a user name, password, port or database number that the URL leaves out; contradicting the URL in the same place (environment or file) is a mistake.',
  }),
  REDIS_HOST: host({ doc: 'Host of the Redis to mirror.', default: 'localhost', oldEngine: 'same name' }),
  REDIS_PORT: port({ doc: 'Port of the Redis to mirror.', default: 6379, oldEngine: 'same name' }),
  REDIS_USERNAME: text({ doc: 'ACL user. Needs `REDIS_PASSWORD`.' }),
  REDIS_PASSWORD: text({ doc: 'Password of the ACL user or of `requirepass`.', sensitive: true }),
  REDIS_DB: whole({ doc: 'Number of the database to mirror.', default: 0, min: 0 }),
  REDIS_TLS: flag({ doc: 'Connect with TLS.', default: false, unset: 'false; true with `rediss://`' }),
  REDIS_TLS_CA_FILE: file({ doc: 'PEM file of the authority that signed the server’s certificate.' }),
  REDIS_TLS_CERT_FILE: file({ doc: 'PEM file of the client’s certificate. Needs `REDIS_TLS_KEY_FILE`.' }),
  REDIS_TLS_KEY_FILE: file({ doc: 'PEM file of the client’s key.' }),
  REDIS_TLS_REJECT_UNAUTHORIZED: flag({
    doc: 'Refuse a server whose certificate cannot be verified. `false` is for tests only.',
    default: true,
  }),
  REDIS_CLUSTER_NODES: list({
    doc: 'Nodes of a cluster, as `host:port`. One reachable node is enough; it names the others. Replaces URL and host. User name, password and TLS apply to all nodes.',
    notEmpty: true,
  }),
  REDIS_SENTINELS: list({
    doc: 'Sentinels, as `host:port`. Replaces URL and host. User name, password, database number and TLS are those of the master.',
    notEmpty: true,
  }),
  REDIS_SENTINEL_NAME: text({
    doc: 'Name of the master at the Sentinels.',
    default: 'mymaster',
    notEmpty: true,
  }),
  REDIS_SENTINEL_PASSWORD: text({ doc: 'Password of the Sentinels.', sensitive: true }),
};
