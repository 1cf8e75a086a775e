import { defined, NO_TLS } from '@redis-to-mongo/pipeline';
import type { HostAndPort, RedisAddress } from '@redis-to-mongo/redis-connection';
import { type RedisUrl, readRedisUrl } from '../formats/redis-address.js';
import type { NameOf, OptionName } from '../options/options.js';
import type { Settings } from '../settings.js';
import { besideUrl, urlInUse } from './beside-url.js';
import { buildTls, tlsNames } from './build-tls.js';

/** The names of the options for the address of the source, or of the queue. */
export function redisNames(prefix: '' | 'QUEUE_') {
  return {
    url: `${prefix}REDIS_URL`,
    host: `${prefix}REDIS_HOST`,
    port: `${prefix}REDIS_PORT`,
    username: `${prefix}REDIS_USERNAME`,
    password: `${prefix}REDIS_PASSWORD`,
    db: `${prefix}REDIS_DB`,
    tls: tlsNames(`${prefix}REDIS`),
    topology: {
      clusterNodes: `${prefix}REDIS_CLUSTER_NODES`,
      sentinels: `${prefix}REDIS_SENTINELS`,
      sentinelName: `${prefix}REDIS_SENTINEL_NAME`,
      sentinelPassword: `${prefix}REDIS_SENTINEL_PASSWORD`,
    },
  } as const;
}

/** How to reach one Redis: from its URL, the options beside the URL, and `inherited` for the rest. */
export function buildRedis(
  settings: Settings,
  names: ReturnType<typeof redisNames>,
  inherited: RedisAddress,
  cwd: string,
): RedisAddress {
  const url = urlInUse(settings, names.url, names.host);
  const said = url === undefined ? undefined : read(settings.values[url]);
  const { pick, warnOfReplaced } = besideUrl(settings, url);
  // A URL replaces the inherited address: parts that the URL leaves out get the defaults.
  const rest = said === undefined ? inherited : DEFAULT_REDIS;
  const host = pick(names.host, said?.host) ?? rest.host;
  const port = pick(names.port, said?.port) ?? rest.port;
  const username = pick(names.username, said?.username) ?? rest.username;
  const password = pick(names.password, said?.password) ?? rest.password;
  const db = pick(names.db, said?.db) ?? rest.db;
  const enabled = pick(names.tls.enabled, said?.tls) ?? rest.tls.enabled;
  warnOfReplaced();
  const tls = buildTls(settings, names.tls, { enabled, url, cwd, inherited: rest.tls });
  checkLogin(settings, names, { url, username, password });
  const topology = buildTopology(settings, names.topology, inherited, {
    option: names.db,
    value: db,
  });
  const parts = {
    host,
    port,
    ...defined({ username, password }),
    db,
    tls,
    ...topology,
  };
  const href = said?.href ?? inherited.url;
  return topology.clusterNodes ||
    topology.sentinel ||
    href === undefined ||
    (said === undefined && settings.given(names.host))
    ? parts
    : { url: redisHref(href, parts), ...parts };
}

/** The defaults. */
export const DEFAULT_REDIS: RedisAddress = {
  host: 'localhost',
  port: 6379,
  db: 0,
  tls: NO_TLS,
};

function read(url: string | undefined): RedisUrl | undefined {
  const said = url === undefined ? undefined : readRedisUrl(url);
  return typeof said === 'string' ? undefined : said;
}

function checkLogin(
  settings: Settings,
  names: ReturnType<typeof redisNames>,
  login: { url: OptionName | undefined; username: string | undefined; password: string | undefined },
): void {
  if (login.username === undefined || login.password !== undefined || settings.mentioned(names.password))
    return;
  const blamed = [names.username, login.url].find((name) => name !== undefined && settings.given(name));
  if (blamed === undefined) return;
  const remedy = `set ${names.password} too; a password without a user name stands behind a colon in a URL: redis://:***@host`;
  settings.problem(blamed, 'has a user name without a password', remedy);
}

/** The URL with these parts, percent-encoded. */
function redisHref(href: string, parts: Omit<RedisAddress, 'url'>): string {
  const url = new URL(href);
  url.protocol = parts.tls.enabled ? 'rediss:' : 'redis:';
  url.hostname = parts.host.includes(':') ? `[${parts.host}]` : parts.host;
  url.port = String(parts.port);
  url.username = encodeURIComponent(parts.username ?? '');
  url.password = encodeURIComponent(parts.password ?? '');
  url.pathname = `/${parts.db}`;
  return url.href;
}

/** The names of the options for a cluster or Sentinels. */
interface TopologyNames {
  readonly clusterNodes: NameOf<readonly string[] | undefined>;
  readonly sentinels: NameOf<readonly string[] | undefined>;
  readonly sentinelName: NameOf<string | undefined>;
  readonly sentinelPassword: NameOf<string | undefined>;
}

type Topology = Pick<RedisAddress, 'clusterNodes' | 'sentinel'>;

const DEFAULT_PORT = { cluster: 6379, sentinel: 26_379 } as const;
const DEFAULT_NAME = 'mymaster';

/** A cluster, a master behind Sentinels, or neither. Parts that are not set are `inherited`. */
function buildTopology(
  settings: Settings,
  names: TopologyNames,
  inherited: Topology,
  db: { readonly option: OptionName; readonly value: number },
): Topology {
  const { values, given } = settings;
  const [cluster, sentinels] = [values[names.clusterNodes], values[names.sentinels]];
  if (given(names.clusterNodes) && given(names.sentinels))
    settings.problem(names.clusterNodes, `stands beside ${names.sentinels}`, 'keep one of the two');
  const clusterNodes = cluster
    ? readNodes(settings, names.clusterNodes, cluster, DEFAULT_PORT.cluster)
    : sentinels
      ? undefined
      : inherited.clusterNodes;
  if (clusterNodes && db.value !== 0 && given(db.option))
    settings.problem(db.option, 'is not 0, and a cluster has no other database', 'remove it');
  if (clusterNodes) return { clusterNodes };
  const nodes = sentinels
    ? readNodes(settings, names.sentinels, sentinels, DEFAULT_PORT.sentinel)
    : inherited.sentinel?.nodes;
  if (!nodes) return {};
  const password = values[names.sentinelPassword] ?? inherited.sentinel?.password;
  const name = values[names.sentinelName] ?? inherited.sentinel?.name ?? DEFAULT_NAME;
  return { sentinel: { nodes, name, ...defined({ password }) } };
}

function readNodes(
  settings: Settings,
  option: OptionName,
  items: readonly string[],
  defaultPort: number,
): HostAndPort[] {
  return items.flatMap((item) => {
    const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:/@\s]+))(?::(\d{1,5}))?$/.exec(item) ?? [];
    const host = bracketed ?? plain;
    const port = digits === undefined ? defaultPort : Number(digits);
    if (host !== undefined && port > 0 && port < 65_536) return [{ host, port }];
    settings.problem(option, 'has an item that is not a host:port', 'write host:port,host:port');
    return [];
  });
}
