import type { HostAndPort, RedisAddress } from '@redis-to-mongo/redis-connection';

/** A source as the configuration names it, without secrets. */
export interface SourceName {
  readonly kind: 'server' | 'sentinel' | 'cluster';
  /** `host:port`, of the server, of the Sentinels or of some nodes. */
  readonly hosts: readonly string[];
  /** The Sentinels' name for the master. */
  readonly master?: string;
  /** Always 0 on a cluster. */
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

/** Whether two names mean the same source, as far as names can show: one common host is enough. */
export function isSameName(a: SourceName, b: SourceName): boolean {
  return (
    a.kind === b.kind &&
    a.db === b.db &&
    a.master === b.master &&
    a.hosts.some((host) => b.hosts.includes(host))
  );
}

/** Whether all hosts are loopback addresses, which mean a different machine on each machine. */
export function isLoopback({ hosts }: Pick<SourceName, 'hosts'>): boolean {
  return hosts.every((host) => LOOPBACK.test(host));
}

/** The source in words, for messages. */
export function describeSource({ kind, hosts, master, db }: SourceName): string {
  const where = hosts.join(',');
  if (kind === 'cluster') return `the cluster ${where}`;
  return `${kind === 'sentinel' ? `${master} of the Sentinels ${where}` : where}, database ${db}`;
}

function named(hosts: readonly HostAndPort[]): string[] {
  return hosts.map(({ host, port }) => `${host.toLowerCase()}:${port}`).sort();
}
