import type { MongoAddress } from '@redis-to-mongo/mongo-sink';
import type { KeyType, RuleSpec, TrimRule } from '@redis-to-mongo/pipeline';
import type { RedisAddress } from '@redis-to-mongo/redis-connection';
import type { OptionName, Values } from './options/options.js';

/**
 * How to reach MongoDB, and how much one command writes. `uri` contains user name, password and `authSource`, so
 * it is secret.
 */
export interface MongoConfig extends MongoAddress {
  readonly writeBatchEntries: number;
  readonly writeBatchBytes: number;
}

/** The source of an option's value. */
export type Source = 'environment' | 'config.json' | 'default';

/** The effective value of an option, with secrets masked. */
export interface OptionInUse {
  readonly option: OptionName;
  readonly value: string;
  readonly source: Source;
}

/** The whole configuration. It contains secrets: use `describeConfig` to show it. */
export interface Config {
  readonly redis: RedisAddress;
  readonly queue: { readonly redis: RedisAddress; readonly prefix: string; readonly deadAfterMs: number };
  readonly mongo: MongoConfig;
  readonly keys: {
    /** Redis glob patterns; at least one. */
    readonly include: readonly string[];
    readonly exclude: readonly string[];
    readonly separator: string;
    readonly types: readonly KeyType[];
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
    readonly trim: TrimRule;
  };
  /** The first one that matches a key counts. */
  readonly rules: readonly RuleSpec[];
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
