import type { MongoAddress } from '@redis-to-mongo/mongo-sink';
import type { OptionName, Values } from './options/options.js';

/** TLS of one connection. The files are absolute paths, and exist when `enabled`. */
export type TlsConfig = MongoAddress['tls'];

/** How to reach a Redis. `url` is there when a URL was given, and says the same as the parts. */
export interface RedisConfig {
  readonly url?: string;
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
  readonly db: number;
  readonly tls: TlsConfig;
  /** Some nodes of a cluster; then host, port and db have no meaning. */
  readonly clusterNodes?: readonly HostAndPort[];
  /** Sentinels, which know where the master is; then host and port have no meaning. */
  readonly sentinel?: {
    readonly nodes: readonly HostAndPort[];
    readonly name: string;
    readonly password?: string;
  };
}

export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

/** How to reach MongoDB, and how much to write at once. `uri` has user name, password and `authSource`, and holds secrets. */
export interface MongoConfig extends MongoAddress {
  readonly writeBatchEntries: number;
  readonly writeBatchBytes: number;
}

/** Where the value of an option comes from. */
export type Source = 'environment' | 'config.json' | 'default';

/** One option as it may be shown to anyone: secrets are masked. */
export interface OptionInUse {
  readonly option: OptionName;
  readonly value: string;
  readonly source: Source;
}

/** One of KEY_TYPES in packages/key-types. */
export type KeyTypeName = string;

/** What is done otherwise with the keys that match a pattern; what is not there is as for every key. */
export interface RuleConfig {
  /** A Redis glob pattern of key ids. */
  readonly pattern: string;
  /** At least one; default all. */
  readonly types?: readonly KeyTypeName[];
  readonly collection?: string;
  /** `take` or `leave`, not both. */
  readonly fields?: {
    readonly take?: readonly string[];
    readonly leave?: readonly string[];
    /** Stored names by the entry's names. */
    readonly rename?: Readonly<Record<string, string>>;
  };
  readonly parse?: Readonly<Record<string, 'number' | 'json' | 'date'>>;
  readonly shape?: 'document';
  /** A template of the parts of the key's name; only beside a shape. */
  readonly id?: string;
  readonly idType?: 'text' | 'number' | 'objectId';
  readonly gone?: 'keep' | 'remove' | 'mark';
  readonly attach?: boolean;
  readonly ttlMs?: number;
  readonly history?: boolean;
  /** Whole: what the rule does not say is filled in from the options. */
  readonly trim?: Config['sync']['trim'];
  readonly intervalMs?: number;
}

/** The whole configuration. It holds secrets: to show it, use `describeConfig`. */
export interface Config {
  readonly redis: RedisConfig;
  readonly queue: { readonly redis: RedisConfig; readonly prefix: string; readonly deadAfterMs: number };
  readonly mongo: MongoConfig;
  readonly keys: {
    /** Redis glob patterns; at least one. */
    readonly include: readonly string[];
    readonly exclude: readonly string[];
    readonly separator: string;
    readonly types: readonly KeyTypeName[];
  };
  readonly values: {
    readonly maxInlineMembers: number;
    readonly maxInlineBytes: number;
    readonly maxAtomicMembers: number;
    readonly membershipHistory: boolean;
    readonly goneValues: 'keep' | 'remove';
    /** 0: forever. */
    readonly goneKeysKeepMs: number;
  };
  readonly sync: {
    readonly intervalMs: number;
    readonly changeFeed: boolean;
    /** Streams that a worker tails at most; 0 without the change feed. */
    readonly tailStreams: number;
    readonly idleIntervalMs: number;
    /** All workers together; 0 is no bound. */
    readonly sourceBytesPerSec: number;
    readonly streamPath: 'direct' | 'ordinary';
    /** One read of a stream, at most; never more than a slice. */
    readonly readEntries: number;
    readonly readBytes: number;
    /** All jobs of a process together. */
    readonly readAheadBytes: number;
    readonly sliceEntries: number;
    readonly sliceBytes: number;
    readonly sliceMs: number;
    readonly trim: {
      readonly mode: 'off' | 'dry-run' | 'on';
      readonly keepEntries: number;
      readonly keepMs: number;
    };
  };
  /** The first one that matches a key counts. */
  readonly rules: readonly RuleConfig[];
  readonly worker: { readonly concurrency: number; readonly shutdownTimeoutMs: number };
  /** Port 0 is any free port. */
  readonly http: {
    readonly host: string;
    readonly schedulerPort: number;
    readonly workerPort: number;
    readonly dashboardPort?: number;
  };
  readonly records: {
    readonly historyKeepMs: number;
    /** 0: forever. */
    readonly auditKeepMs: number;
  };
  readonly dashboard: {
    readonly host: string;
    readonly port: number;
    readonly username: string;
    readonly password?: string;
    readonly passwordHash?: string;
    /** Addresses and ranges, and the names that proxy-addr has for some. */
    readonly trustedProxies: readonly string[];
    /** Empty, or with a slash before and none behind. */
    readonly basePath: string;
    readonly readOnly: boolean;
    readonly showValues: boolean;
    readonly grafanaUrl?: string;
  };
  readonly log: { readonly level: Values['LOG_LEVEL']; readonly format: Values['LOG_FORMAT'] };
  /** Without an endpoint nothing is traced. */
  readonly tracing: { readonly endpoint?: string };
  /** The configuration file that was read, if any: an absolute path. */
  readonly file?: string;
  /** What is not wrong but looks like a mistake; for the log at start-up. Holds no secrets. */
  readonly warnings: readonly string[];
  readonly options: readonly OptionInUse[];
  /** A digest of each option's value: see changedOptions. */
  readonly fingerprints: ReadonlyMap<OptionName, string>;
}
