import { NO_TLS, type TlsSettings } from '@redis-to-mongo/pipeline';

/** Where a server listens. */
export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

/** How to reach a Redis; the `redis` and `queue.redis` parts of the configuration have this shape. */
export interface RedisAddress extends HostAndPort {
  readonly url?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly db: number;
  readonly tls: TlsSettings;
  /** Some nodes of a cluster, which name the others; host, port and db are then ignored. */
  readonly clusterNodes?: readonly HostAndPort[] | undefined;
  /** Sentinels, which know the master's address; host and port are then ignored. */
  readonly sentinel?:
    | {
        readonly nodes: readonly HostAndPort[];
        /** The master's name in the Sentinels. */
        readonly name: string;
        readonly password?: string | undefined;
      }
    | undefined;
}

/** The address of a Redis whose URL contains everything: host, port, database, login. */
export function addressOfUrl(url: string): RedisAddress {
  return { url, host: '', port: 0, db: 0, tls: NO_TLS };
}
