import type { HostAndPort, RedisAddress } from '@redis-to-mongo/redis-connection';

/** A source by what the configuration calls it. No secrets. */
export interface SourceName {
  readonly kind: 'server' | 'sentinel' | 'cluster';
  /** `host:port`, of the server, of the Sentinels or of some nodes. */
  readonly hosts: readonly string[];
  /** What the Sentinels call the master. */
  readonly master?: string;
  /** A cluster has none but 0. */
  readonly db: number;
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[?::1\]?|0\.0\.0\.0):\d+$/;

export function sourceName({ clusterNodes, sentinel, url, host, port, db }: RedisAddress): SourceName {
  if (clusterNodes) return { kind: 'cluster', hosts: named(clusterNodes), db: 0 };
  if (sentinel) return { kind: 'sentinel', hosts: named(sentinel.nodes), master: sentinel.name, db };
  const of = url ? new URL(url) : undefined;
  const place = of?.hostname ? { host: of.hostname, port: Number(of.port || 6379) } : { host, port };
  return { kind: 'server', hosts: named([place]), db };
}

/** Whether two names are of one source, as far as names show: one host that both have is enough. */
export function isSameName(a: SourceName, b: SourceName): boolean {
  return (
    a.kind === b.kind &&
    a.db === b.db &&
    a.master === b.master &&
    a.hosts.some((host) => b.hosts.includes(host))
  );
}

/** Whether the name means another machine on every machine. */
export function isLoopback({ hosts }: Pick<SourceName, 'hosts'>): boolean {
  return hosts.every((host) => LOOPBACK.test(host));
}

/** For people. */
export function describeSource({ kind, hosts, master, db }: SourceName): string {
  const where = hosts.join(',');
  if (kind === 'cluster') return `the cluster ${where}`;
  return `${kind === 'sentinel' ? `${master} of the Sentinels ${where}` : where}, database ${db}`;
}

function named(hosts: readonly HostAndPort[]): string[] {
  return hosts.map(({ host, port }) => `${host.toLowerCase()}:${port}`).sort();
}
