import type { Part, SizeName } from './bench-options.js';

/** A number of streams, and the entries of each. */
export interface StreamCase {
  readonly streams: number;
  readonly entries: number;
}

/** The size of each part's load. */
export interface BenchSizes {
  /** Default repetitions of each measurement. `fewer` overrides it for parts that take long. */
  readonly repetitions: number;
  readonly fewer?: Partial<Readonly<Record<Part, number>>>;
  /** After this many minutes, each remaining measurement is made once. */
  readonly budgetMinutes?: number;
  readonly throughput: readonly StreamCase[];
  /** Loads of the part `sink`, whose server only acknowledges. */
  readonly sink: readonly StreamCase[];
  /** A load for the fleet alone, so long that warming up does not matter. */
  readonly sinkLong?: StreamCase;
  /** Total entries for the old engine's way. It is slow, and its rate does not depend on their number. */
  readonly oldEngineEntries: number;
  readonly sets: { readonly sets: number; readonly members: number };
  /** Keys of each other type, and members of each key whose type has members. */
  readonly types: { readonly keys: number; readonly members: number };
  /** Small values of each type; with `mixed`, another load of this many values of all types. */
  readonly manyKeys: { readonly keys: number; readonly mixed?: number };
  readonly latency: {
    readonly streams: number;
    readonly perSec: number;
    /** Warm-up before measuring, in seconds: Node runs new code many times slower. */
    readonly warmUpSeconds: number;
    readonly seconds: number;
  };
  /** Entries per second over these streams, for this many seconds, with this many kills. */
  readonly kill: {
    readonly streams: number;
    readonly perSec: number;
    readonly seconds: number;
    readonly kills: number;
    /** The wait ends after this many seconds without a new entry. Longer than a claim outlives its worker. */
    readonly idleSeconds: number;
  };
  /** Changes of single keys among `keys` keys, per second; then a flood of changes. */
  readonly changes: {
    readonly keys: number;
    readonly perSec: number;
    readonly seconds: number;
    readonly floodPerSec: number;
    readonly floodSeconds: number;
  };
  /** Writes per run, and the numbers of keys that they are spread over. */
  readonly feedCost: { readonly keys: readonly number[]; readonly writes: number };
  readonly idle: {
    readonly streams: readonly number[];
    readonly sets: number;
    /** Duration of a CPU measurement, in seconds. */
    readonly seconds: number;
    /** Longest wait for the CPU share to settle, in seconds. */
    readonly settleSeconds: number;
  };
  /** Idle keys: values (hashes and strings), sets, and streams. Without it, the part does nothing. */
  readonly idleMixed?: { readonly values: number; readonly sets: number; readonly streams: number };
  /** Number of keys that appear at once. */
  readonly discovery: { readonly keys: number };
  readonly catchUp: StreamCase & { readonly workers: readonly number[] };
  /** Whether each measurement gets a new MongoDB server, if the benchmark starts it; else a new database. */
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
  idle: { streams: [1_000, 100_000], sets: 1_000, seconds: 40, settleSeconds: 90 },
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
