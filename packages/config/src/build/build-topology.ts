import { defined } from '@redis-to-mongo/pipeline';
import type { HostAndPort, RedisAddress } from '@redis-to-mongo/redis-connection';
import type { NameOf, OptionName } from '../options/options.js';
import type { Settings } from '../settings.js';

/** The names of the options for a cluster or Sentinels. */
export interface TopologyNames {
  readonly clusterNodes: NameOf<readonly string[] | undefined>;
  readonly sentinels: NameOf<readonly string[] | undefined>;
  readonly sentinelName: NameOf<string | undefined>;
  readonly sentinelPassword: NameOf<string | undefined>;
}

type Topology = Pick<RedisAddress, 'clusterNodes' | 'sentinel'>;

const DEFAULT_PORT = { cluster: 6379, sentinel: 26_379 } as const;
const DEFAULT_NAME = 'mymaster';

/** A cluster, a master behind Sentinels, or neither. Parts that are not set are `inherited`. */
export function buildTopology(
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
