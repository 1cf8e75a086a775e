import type { Part, SizeName } from './bench-options.js';
import type { Machine } from './machine.js';

/** All figures that can be measured. Each part measures some of them. */
export interface Figures {
  /** Entries, members or keys that were moved, and the time it took, in seconds. */
  readonly entries?: number;
  readonly seconds?: number;
  /** CPU seconds of the system under test, Redis, and MongoDB. A server given by its address has none. */
  readonly cpu?: number;
  readonly redisCpu?: number | undefined;
  readonly mongoCpu?: number | undefined;
  /** Memory of the processes under test, in bytes: the sum of their peaks, and the sum at the end. */
  readonly peakBytes?: number;
  readonly bytes?: number;
  /** Values that were written into MongoDB. */
  readonly writes?: number;
  /** Changes per second, number of samples, and the time from a change until it is in MongoDB, in ms. */
  readonly perSec?: number;
  readonly samples?: number;
  readonly p50?: number;
  readonly p90?: number;
  readonly p99?: number;
  /** CPU as a share of one core: of all processes under test, the scheduler, the worker, and Redis. */
  readonly share?: number;
  readonly schedulerShare?: number;
  readonly workerShare?: number;
  readonly redisShare?: number;
  /** Number of kills, entries written, entries missing in MongoDB, and surplus copies of entries. */
  readonly kills?: number;
  readonly written?: number;
  readonly missing?: number;
  readonly doubled?: number;
}

/** One measurement. */
export interface Row {
  readonly part: Part;
  /** The load, such as `10 × 20,000`. */
  readonly load: string;
  /** The contestant, such as `the fleet`. */
  readonly who: string;
  /** From 1. */
  readonly repetition: number;
  readonly figures: Figures;
}

/** How long a part took. */
export interface PartTime {
  readonly part: Part;
  readonly seconds: number;
}

export interface BenchResult {
  readonly machine: Machine;
  readonly size: SizeName;
  readonly repetitions: number;
  readonly parts: readonly Part[];
  readonly times: readonly PartTime[];
  readonly rows: readonly Row[];
  /** Remarks for the reader, such as that a rival is not installed. */
  readonly notes: readonly string[];
  /** Failed measurements, with the reason. */
  readonly failures: readonly string[];
}

export const FLEET = 'the fleet';
/** The fleet with STREAM_PATH set to `ordinary`. */
export const ORDINARY_FLEET = 'the fleet, ordinary path';
/** The fleet with the shape `document` for streams. */
export const DOCUMENT_FLEET = 'the fleet, shape document';
export const LIMIT = 'the limit';
export const OLD_ENGINE = "the old engine's way";
export const CONNECT = 'Redpanda Connect';
/** With small batches, for low latency. */
export const QUICK_CONNECT = 'Redpanda Connect, tuned for latency';
/** A loop that copies small values as the fleet does, but gives none of its guarantees. */
export const BARE = 'the bare loop';
/** The command `redis-to-mongo once`. */
export const ONCE = 'once';
/** Redis with and without a change feed that listens to it. */
export const WITH_FEED = 'with the feed';
export const WITHOUT_FEED = 'without it';
/** The sum over all processes of the part `idle-mixed`. */
export const ALL_PROCESSES = 'all of it';

/** Suffixes of the name of a load: a sweep finds all values unchanged, or a tenth of them changed. */
export const UNCHANGED = ', unchanged';
export const TENTH_CHANGED = ', 10 % changed';

/** The kinds of changes in the part `changes`. */
export const CHANGES = {
  hash: 'one changed hash',
  set: 'one changed set',
  stream: 'a new stream',
  flood: 'changed hashes',
} as const;
