import type { Part, SizeName } from './bench-options.js';
import type { Machine } from './machine.js';

/** What was used between the two ends of a measurement. */
export interface Usage {
  readonly seconds: number;
  /** CPU seconds of the system under test. */
  readonly cpu: number;
  readonly redisCpu: number | undefined;
  /** undefined if the server was given by its address. */
  readonly mongoCpu: number | undefined;
  /** The most memory that its processes held, each at its own peak, summed up, in bytes. */
  readonly peakBytes: number;
}

/** One run of one contestant: how long it took, and what it used. */
export interface Run extends Usage {
  readonly part: Part;
  /** What was to be moved, such as `10 × 20,000`. */
  readonly load: string;
  /** Who moved it, such as `the fleet`. */
  readonly who: string;
  /** From 1. */
  readonly repetition: number;
  /** Entries, or members, that were moved. */
  readonly entries: number;
  /** Values that were written into MongoDB, where they were counted. */
  readonly writes?: number;
}

export interface LatencyRun {
  readonly load: string;
  /** Who moved it, such as `the fleet`. */
  readonly who: string;
  readonly repetition: number;
  /** Entries a second that were asked for, and that were written. */
  readonly askedPerSec: number;
  readonly perSec: number;
  readonly samples: number;
  /** From XADD to readable, in ms. */
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  /** CPU of all its processes, as a share of one core. */
  readonly share: number;
}

export interface IdleRun {
  readonly streams: number;
  readonly sets: number;
  readonly who: string;
  readonly repetition: number;
  /** CPU of all its processes as a share of one core. */
  readonly own: number;
  /** Of the fleet's schedulers and workers. */
  readonly scheduler?: number;
  readonly worker?: number;
  /** Of the Redis of the source and the queue. */
  readonly redis: number;
  /** Of all its processes at the end, in bytes. */
  readonly peakBytes: number;
}

/** What is left after all processes of a system were killed while streams were written to. */
export interface KillRun {
  readonly who: string;
  readonly repetition: number;
  readonly kills: number;
  readonly written: number;
  /** Entries that are not in MongoDB, and those that are there more than once, counted without their first. */
  readonly missing: number;
  readonly doubled: number;
  /** From the last start until nothing more came. */
  readonly seconds: number;
}

/** Whose CPU and memory are reported while very many keys are idle. */
export const IDLE_PROCESSES = ['scheduler', 'worker', 'dashboard', 'source', 'queue'] as const;
export type IdleProcess = (typeof IDLE_PROCESSES)[number];

/** Very many keys of mixed types at rest, with a Redis for the source and one for the queue. */
export interface IdleMixedRun {
  readonly keys: number;
  /** Until all were synced. */
  readonly seconds: number;
  /** CPU as shares of one core. */
  readonly shares: Readonly<Record<IdleProcess, number>>;
  /** Memory that is held at the end. */
  readonly bytes: Readonly<Record<IdleProcess, number>>;
}

export interface DiscoveryRun {
  readonly keys: number;
  readonly repetition: number;
  /** Until each has its job scheduler. */
  readonly seconds: number;
}

/** One page of a list of the dashboard. */
export interface ListTime {
  /** Its address, without the page. */
  readonly list: string;
  /** From 1. */
  readonly page: number;
  /** Which walk over all lists, from 1. */
  readonly walk: number;
  /** Keys that it shows. */
  readonly rows: number;
  readonly ms: number;
  /** What a find of 51 documents by their `_id` took in the same moment, in ms. */
  readonly findMs: number;
}

/** The lists of the dashboard over very many keys. */
export interface ListsRun {
  readonly keys: number;
  readonly lists: readonly ListTime[];
  /** Memory of the dashboard after the first walk over all lists, and after the last. */
  readonly bytes: { readonly before: number; readonly after: number };
}

/** How long a part took. */
export interface PartTime {
  readonly part: Part;
  readonly seconds: number;
}

/** XADD at full speed, with and without the feed of changes. */
export interface FeedCostRun {
  readonly keys: number;
  readonly repetition: number;
  readonly writes: number;
  readonly without: FeedCost;
  readonly with: FeedCost;
}

export interface FeedCost {
  /** CPU seconds of Redis. */
  readonly cpu: number;
  readonly seconds: number;
}

export interface BenchResult {
  readonly machine: Machine;
  readonly size: SizeName;
  readonly repetitions: number;
  readonly parts: readonly Part[];
  readonly times: readonly PartTime[];
  readonly runs: readonly Run[];
  readonly latency: readonly LatencyRun[];
  /** As latency: from a change to readable, of keys among many. */
  readonly changes: readonly LatencyRun[];
  readonly idle: readonly IdleRun[];
  readonly idleMixed: readonly IdleMixedRun[];
  readonly lists: readonly ListsRun[];
  readonly discovery: readonly DiscoveryRun[];
  readonly kills: readonly KillRun[];
  readonly feedCosts: readonly FeedCostRun[];
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
