import type { Part, SizeName } from './bench-options.js';
import type { Machine } from './machine.js';

/** What can be measured; each part measures some of it. */
export interface Figures {
  /** Entries, members or keys that were moved, and how long that took. */
  readonly entries?: number;
  readonly seconds?: number;
  /** CPU seconds: of the system under test, of Redis, and of MongoDB; the last two where they are not given by their address. */
  readonly cpu?: number;
  readonly redisCpu?: number | undefined;
  readonly mongoCpu?: number | undefined;
  /** The most memory that the processes under test held, each at its own peak, summed up; and what is held at the end, in bytes. */
  readonly peakBytes?: number;
  readonly bytes?: number;
  /** Values that were written into MongoDB. */
  readonly writes?: number;
  /** Changes that were made a second, those that were sampled, and the time from the change to readable, in ms. */
  readonly perSec?: number;
  readonly samples?: number;
  readonly p50?: number;
  readonly p90?: number;
  readonly p99?: number;
  /** CPU as a share of one core: of all processes under test, of single ones of them, and of Redis. */
  readonly share?: number;
  readonly schedulerShare?: number;
  readonly workerShare?: number;
  readonly redisShare?: number;
  /** Entries that are not in MongoDB after so many kills, and those that are there more than once, counted without their first. */
  readonly kills?: number;
  readonly written?: number;
  readonly missing?: number;
  readonly doubled?: number;
}

/** One measurement. */
export interface Row {
  readonly part: Part;
  /** On what, such as `10 × 20,000`. */
  readonly load: string;
  /** Of whom, such as `the fleet`. */
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
  /** What the reader has to know, such as a rival that is not installed. */
  readonly notes: readonly string[];
  /** What could not be measured, and why; everything else was. */
  readonly failures: readonly string[];
}

export const FLEET = 'the fleet';
/** The fleet whose streams do not take the direct path. */
export const ORDINARY_FLEET = 'the fleet, ordinary path';
/** The fleet whose messages are shaped as an application would have written them. */
export const DOCUMENT_FLEET = 'the fleet, shape document';
export const LIMIT = 'the limit';
export const OLD_ENGINE = "the old engine's way";
export const CONNECT = 'Redpanda Connect';
/** With small batches, as an operator would set it where latency counts. */
export const QUICK_CONNECT = 'Redpanda Connect, tuned for latency';
/** A loop that does what the fleet does with small values, and keeps none of its promises. */
export const BARE = 'the bare loop';
/** The command. */
export const ONCE = 'once';
/** Redis while a change feed listens to it, and while none does. */
export const WITH_FEED = 'with the feed';
export const WITHOUT_FEED = 'without it';
/** Everything of a fleet with very many idle keys together. */
export const ALL_PROCESSES = 'all of it';

/** What follows the name of a load of small values: a sweep finds it unchanged, or a tenth of it changed. */
export const UNCHANGED = ', unchanged';
export const TENTH_CHANGED = ', 10 % changed';

/** The kinds of single changes. */
export const CHANGES = {
  hash: 'one changed hash',
  set: 'one changed set',
  stream: 'a new stream',
  flood: 'changed hashes',
} as const;
