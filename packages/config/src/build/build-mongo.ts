import { type MongoAddress, mongoSettingsProblem } from '@redis-to-mongo/mongo-sink';
import { defined, NO_TLS } from '@redis-to-mongo/pipeline';
import { ConnectionString } from 'mongodb-connection-string-url';
import { type MongoUri, readMongoHosts, readMongoUri } from '../formats/mongo-address.js';
import { textFormats } from '../formats/text-formats.js';
import { isMongoUri } from '../formats/url-formats.js';
import type { OptionName } from '../options/options.js';
import type { Settings } from '../settings.js';
import { type BesideUrl, besideUrl, compareSources, urlInUse } from './beside-url.js';
import { buildTls, tlsNames } from './build-tls.js';

const databaseNameFormat = textFormats['database-name'];

/**
 * How to reach MongoDB, and the maximum size of a write. `uri` is secret: it contains user name and password.
 */
export function buildMongo(settings: Settings, cwd: string) {
  const { values, given } = settings;
  const url = uriOption(settings);
  const said = url === undefined ? undefined : read(values[url]);
  const beside = besideUrl(settings, url);
  if (url === 'MONGO_URI') beside.pick('MONGO_HOST', said?.hosts.join(','));
  if (url !== undefined) checkPort(settings, url);
  const username = beside.pick('MONGO_USERNAME', said?.username);
  const password = beside.pick('MONGO_PASSWORD', said?.password);
  const authSource = beside.pick('MONGO_AUTH_SOURCE', said?.authSource);
  const enabled = beside.pick('MONGO_TLS', said?.tls) ?? false;
  beside.warnOfReplaced();
  const tls = buildTls(settings, tlsNames('MONGO'), { enabled, url, cwd, inherited: NO_TLS });
  checkLogin(settings, said, username, password);
  const uri = new ConnectionString(said?.href ?? `mongodb://${hosts(settings)}/`);
  uri.username = username === undefined ? '' : encodeURIComponent(username);
  // The driver accepts a user name without a password (for X.509, for example), but no password without a
  // user name.
  uri.password = username === undefined || password === undefined ? '' : encodeURIComponent(password);
  if (authSource !== undefined) uri.searchParams.set('authSource', authSource);
  if (enabled !== (said?.tls ?? false)) {
    uri.searchParams.delete('ssl');
    uri.searchParams.set('tls', String(enabled));
  }
  const address: MongoAddress = {
    uri: uri.href,
    dbName: given('MONGO_DB_NAME') ? values.MONGO_DB_NAME : (said?.dbName ?? values.MONGO_DB_NAME),
    ...defined({ authSource }),
    tls,
  };
  tryOut(settings, url, address);
  return {
    ...address,
    writeBatchEntries: values.WRITE_BATCH_ENTRIES,
    writeBatchBytes: values.WRITE_BATCH_BYTES,
  };
}

/** Passes the address to the driver's own parser, to find what the driver would refuse. */
function tryOut(
  settings: Settings,
  url: 'MONGO_URI' | 'MONGO_HOST' | undefined,
  address: MongoAddress,
): void {
  const option = url ?? (settings.given('MONGO_HOST') ? 'MONGO_HOST' : 'MONGO_AUTH_SOURCE');
  const found = mongoSettingsProblem(address);
  if (found) settings.problem(option, found.problem, found.remedy);
  const wrongName = databaseNameFormat.check(address.dbName);
  if (url && wrongName)
    settings.problem(
      url,
      `names a database, which ${wrongName}`,
      `set MONGO_DB_NAME, or write ${databaseNameFormat.expected()}`,
    );
}

/** The option that holds the URI, if any. As in the old engine, `MONGO_HOST` may be a URI too. */
function uriOption(settings: Settings): 'MONGO_URI' | 'MONGO_HOST' | undefined {
  const url = urlInUse(settings, 'MONGO_URI', 'MONGO_HOST');
  return url ?? (isMongoUri(settings.values.MONGO_HOST) ? 'MONGO_HOST' : undefined);
}

function read(text: string | undefined): MongoUri | undefined {
  const said = text === undefined ? undefined : readMongoUri(text);
  return typeof said === 'string' ? undefined : said;
}

/** The hosts for a URI. A host without a port gets `MONGO_PORT`, if that is set. */
function hosts(settings: Settings): string {
  const found = readMongoHosts(settings.values.MONGO_HOST);
  if (typeof found === 'string') return 'localhost';
  const port = settings.values.MONGO_PORT;
  if (port !== undefined && found.every((each) => each.port !== undefined && each.port !== port)) {
    settings.problem('MONGO_PORT', 'says something else than MONGO_HOST', 'keep one of the two ports');
  }
  return found
    .map((each) => ({ host: each.host, port: each.port ?? port }))
    .map((each) => (each.port === undefined ? each.host : `${each.host}:${each.port}`))
    .join(',');
}

function checkPort(settings: Settings, url: OptionName): void {
  if (!settings.given('MONGO_PORT') || compareSources(settings, 'MONGO_PORT', url) < 0) return;
  settings.problem('MONGO_PORT', `has no effect beside a URI in ${url}`, 'write the port in the URI');
}

function checkLogin(
  settings: Settings,
  said: MongoUri | undefined,
  username: Parameters<BesideUrl['pick']>[1],
  password: Parameters<BesideUrl['pick']>[1],
): void {
  const isByOptions =
    settings.given('MONGO_USERNAME') && username !== undefined && username !== said?.username;
  if (
    isByOptions &&
    password === undefined &&
    !settings.mentioned('MONGO_PASSWORD') &&
    !said?.authMechanism
  ) {
    settings.problem('MONGO_USERNAME', 'is a user name without a password', 'set MONGO_PASSWORD too');
  }
  if (password !== undefined && username === undefined && !settings.mentioned('MONGO_USERNAME')) {
    settings.warn('MONGO_PASSWORD is not used, because there is no MONGO_USERNAME');
  }
}
