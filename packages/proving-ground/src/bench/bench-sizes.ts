import type { Part, SizeName } from './bench-options.js';

/** This many streams of this many entries each. */
export interface StreamCase {
  readonly streams: number;
  readonly entries: number;
}

/** How large each part's load is. */
export interface BenchSizes {
  /** How often each measurement is made where nobody says; less often in some parts that take long. */
  readonly repetitions: number;
  readonly fewer?: Partial<Readonly<Record<Part, number>>>;
  /** After this many minutes everything that is still to be measured is measured once. */
  readonly budgetMinutes?: number;
  readonly throughput: readonly StreamCase[];
  /** Loads for the sink that only acknowledges, by each contestant. */
  readonly sink: readonly StreamCase[];
  /** One for the fleet alone, long enough that its beginning does not count. */
  readonly sinkLong?: StreamCase;
  /** Entries in all that the old engine's way gets: it is slow, and its rate does not depend on how many follow. */
  readonly oldEngineEntries: number;
  readonly sets: { readonly sets: number; readonly members: number };
  /** Keys of each other type; members of those that have members. */
  readonly types: { readonly keys: number; readonly members: number };
  /** Small values of each type; and, where it is given, this many of all types at once. */
  readonly manyKeys: { readonly keys: number; readonly mixed?: number };
  readonly latency: {
    readonly streams: number;
    readonly perSec: number;
    /** Before anything is measured, in seconds: code that is new to Node runs at many times its cost. */
    readonly warmUpSeconds: number;
    readonly seconds: number;
  };
  /** Entries a second over streams for this many seconds, in which everything is killed so often. */
  readonly kill: {
    readonly streams: number;
    readonly perSec: number;
    readonly seconds: number;
    readonly kills: number;
    /** Without anything new for this long, nothing more is waited for; longer than a claim outlives its worker. */
    readonly idleSeconds: number;
  };
  /** Changes of single keys among many, a second, and a flood of them. */
  readonly changes: {
    readonly keys: number;
    readonly perSec: number;
    readonly seconds: number;
    readonly floodPerSec: number;
    readonly floodSeconds: number;
  };
  /** Writes in each run, over this many keys. */
  readonly feedCost: { readonly keys: readonly number[]; readonly writes: number };
  readonly idle: {
    readonly streams: readonly number[];
    readonly sets: number;
    /** How long the CPU is measured, in seconds. */
    readonly seconds: number;
    /** How long is waited for the CPU share to come to rest, at most, in seconds. */
    readonly settleSeconds: number;
  };
  /** Idle keys of mixed types, hashes and strings, sets and streams; only where they are given. */
  readonly idleMixed?: { readonly values: number; readonly sets: number; readonly streams: number };
  /** New keys, there in one instant. */
  readonly discovery: { readonly keys: number };
  readonly catchUp: StreamCase & { readonly workers: readonly number[] };
  /** Each measurement gets an empty MongoDB of its own where the benchmark starts it; else a database of its own. */
  readonly freshMongo: boolean;
}

const FULL: BenchSizes = {
  repetitions: 3,
  fewer: {
    ...{ sink: 2, sets: 2, types: 2, 'many-keys': 2, latency: 2, kill: 1 },
    ...{ changes: 1, 'catch-up': 2, discovery: 2, idle: 2 },
  },
  budgetMinutes: 24,
  throughput: [
    { streams: 1, entries: 200_000 },
    { streams: 10, entries: 20_000 },
    { streams: 2_000, entries: 100 },
  ],
  sink: [
    { streams: 1, entries: 200_000 },
    { streams: 10, entries: 20_000 },
  ],
  sinkLong: { streams: 10, entries: 100_000 },
  oldEngineEntries: 5_000,
  sets: { sets: 200, members: 1_000 },
  types: { keys: 200, members: 1_000 },
  manyKeys: { keys: 100_000 },
  latency: { streams: 50, perSec: 200, warmUpSeconds: 5, seconds: 10 },
  kill: { streams: 50, perSec: 1_000, seconds: 12, kills: 3, idleSeconds: 30 },
  changes: { keys: 100_000, perSec: 20, seconds: 10, floodPerSec: 5_000, floodSeconds: 60 },
  feedCost: { keys: [10, 1_000, 100_000], writes: 600_000 },
  idle: { streams: [1_000, 100_000], sets: 1_000, seconds: 40, settleSeconds: 60 },
  discovery: { keys: 10_000 },
  catchUp: { streams: 40, entries: 5_000, workers: [1, 2, 4] },
  freshMongo: true,
};

const { budgetMinutes: _, ...LONG } = FULL;

export const SIZES: Readonly<Record<SizeName, BenchSizes>> = {
  full: FULL,
  large: {
    ...LONG,
    manyKeys: { ...FULL.manyKeys, mixed: 1_000_000 },
    idleMixed: { values: 900_000, sets: 50_000, streams: 50_000 },
  },
  quick: {
    repetitions: 1,
    throughput: [
      { streams: 1, entries: 10_000 },
      { streams: 100, entries: 100 },
    ],
    sink: [{ streams: 1, entries: 10_000 }],
    oldEngineEntries: 50,
    sets: { sets: 20, members: 200 },
    types: { keys: 20, members: 100 },
    manyKeys: { keys: 3_000 },
    latency: { streams: 50, perSec: 200, warmUpSeconds: 2, seconds: 2 },
    kill: { streams: 50, perSec: 500, seconds: 4, kills: 2, idleSeconds: 20 },
    changes: { keys: 5_000, perSec: 20, seconds: 3, floodPerSec: 1_000, floodSeconds: 3 },
    feedCost: { keys: [10, 1_000], writes: 100_000 },
    idle: { streams: [1_000], sets: 200, seconds: 2, settleSeconds: 1 },
    idleMixed: { values: 1_800, sets: 100, streams: 100 },
    discovery: { keys: 500 },
    catchUp: { streams: 10, entries: 500, workers: [1] },
    freshMongo: false,
  },
  tiny: {
    repetitions: 1,
    throughput: [{ streams: 4, entries: 100 }],
    sink: [{ streams: 4, entries: 100 }],
    oldEngineEntries: 20,
    sets: { sets: 4, members: 20 },
    types: { keys: 3, members: 10 },
    manyKeys: { keys: 60 },
    latency: { streams: 5, perSec: 100, warmUpSeconds: 0.5, seconds: 1 },
    kill: { streams: 5, perSec: 200, seconds: 2, kills: 1, idleSeconds: 15 },
    changes: { keys: 100, perSec: 20, seconds: 1, floodPerSec: 100, floodSeconds: 1 },
    feedCost: { keys: [10], writes: 20_000 },
    idle: { streams: [20], sets: 5, seconds: 1, settleSeconds: 0 },
    idleMixed: { values: 18, sets: 1, streams: 1 },
    discovery: { keys: 20 },
    catchUp: { streams: 4, entries: 50, workers: [1] },
    freshMongo: false,
  },
};

/** `10 × 20,000`, as in the reports. */
export function caseName({ streams, entries }: StreamCase): string {
  return `${streams.toLocaleString('en-US')} × ${entries.toLocaleString('en-US')}`;
}

/** `1,000 streams, 200 sets`, as in the reports. */
export function idleName(streams: number, sets: number): string {
  const beside = sets > 0 ? `, ${sets.toLocaleString('en-US')} sets` : '';
  return `${streams.toLocaleString('en-US')} streams${beside}`;
}
