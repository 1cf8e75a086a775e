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
  readonly tls: {
    readonly enabled: boolean;
    readonly caFile?: string | undefined;
    readonly certFile?: string | undefined;
    readonly keyFile?: string | undefined;
    readonly rejectUnauthorized: boolean;
  };
  /** Some nodes of a cluster, the others are found by them; then host, port and db have no meaning. */
  readonly clusterNodes?: readonly HostAndPort[] | undefined;
  /** Sentinels, which know where the master is; then host and port have no meaning. */
  readonly sentinel?:
    | {
        readonly nodes: readonly HostAndPort[];
        /** What the Sentinels call the master. */
        readonly name: string;
        readonly password?: string | undefined;
      }
    | undefined;
}
