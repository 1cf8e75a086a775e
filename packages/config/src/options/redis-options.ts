import { file, flag, host, list, port, redisUrl, text, whole } from '../option.js';

/** The Redis that is mirrored. */
export const REDIS_OPTIONS = {
  REDIS_URL: redisUrl({
    doc: 'The whole address in one: `redis://user:password@host:port/db`; `rediss://` turns TLS on. It replaces the options below; one that says something else beside it in the same place is a mistake. User name, password, port and number that the URL leaves out may be given by the options beside it.',
  }),
  REDIS_HOST: host({ doc: 'Host of the Redis to mirror.', default: 'localhost', oldEngine: 'same name' }),
  REDIS_PORT: port({ doc: 'Port of the Redis to mirror.', default: 6379, oldEngine: 'same name' }),
  REDIS_USERNAME: text({ doc: 'ACL user. Needs `REDIS_PASSWORD`.' }),
  REDIS_PASSWORD: text({ doc: 'Password, of the ACL user or of `requirepass`.', sensitive: true }),
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
    doc: 'Nodes of a cluster, as `host:port`: one that answers is enough, it knows the others. Replaces URL and host; user name, password and TLS go to all nodes.',
    notEmpty: true,
  }),
  REDIS_SENTINELS: list({
    doc: 'Sentinels, as `host:port`, which know where the master is. Replaces URL and host; user name, password, number and TLS are the master’s.',
    notEmpty: true,
  }),
  REDIS_SENTINEL_NAME: text({
    doc: 'What the Sentinels call the master.',
    default: 'mymaster',
    notEmpty: true,
  }),
  REDIS_SENTINEL_PASSWORD: text({ doc: 'Password of the Sentinels themselves.', sensitive: true }),
};
