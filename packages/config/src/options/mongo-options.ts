import { databaseName, file, flag, mongoHost, mongoUri, port, text } from '../option.js';

/** MongoDB, the target. */
export const MONGO_OPTIONS = {
  MONGO_URI: mongoUri({
    doc: 'The whole address: `mongodb://…` or `mongodb+srv://…`, with any parameter of a connection string (but reads always go to the primary, and writes wait for a majority). It replaces `MONGO_HOST` and `MONGO_PORT`. Other options may add a user name and a password that it leaves out.',
  }),
  MONGO_HOST: mongoHost({
    doc: 'Host of MongoDB: `host`, `host:port`, or several of them, separated by commas. A whole URI works too.',
    default: 'localhost',
    oldEngine: 'same name; a URI there keeps working',
  }),
  MONGO_PORT: port({
    doc: 'Port of the hosts in `MONGO_HOST` without a port.',
    unset: '27017',
  }),
  MONGO_USERNAME: text({
    doc: 'User name, without percent-encoding. Needs `MONGO_PASSWORD`.',
    oldEngine: 'same name; empty means none',
  }),
  MONGO_PASSWORD: text({
    doc: 'Password, without percent-encoding.',
    sensitive: true,
    oldEngine: 'same name; empty or null means none',
  }),
  MONGO_AUTH_SOURCE: text({ doc: 'Database in which the user is defined.', unset: 'the server’s: `admin`' }),
  MONGO_DB_NAME: databaseName({
    doc: 'Database to write to. If not set: the database in the URI’s path, if there is one. Not `admin`, `config` or `local`, which are MongoDB’s own.',
    default: 'redis_to_mongo',
    oldEngine: 'same name',
  }),
  MONGO_TLS: flag({
    doc: 'Connect with TLS.',
    default: false,
    unset: 'false; true with `mongodb+srv://` or `tls=true` in the URI',
  }),
  MONGO_TLS_CA_FILE: file({ doc: 'PEM file of the authority that signed the server’s certificate.' }),
  MONGO_TLS_CERT_FILE: file({ doc: 'PEM file of the client’s certificate. Needs `MONGO_TLS_KEY_FILE`.' }),
  MONGO_TLS_KEY_FILE: file({ doc: 'PEM file of the client’s key.' }),
  MONGO_TLS_REJECT_UNAUTHORIZED: flag({
    doc: 'Refuse a server whose certificate cannot be verified. `false` is for tests only.',
    default: true,
  }),
};
