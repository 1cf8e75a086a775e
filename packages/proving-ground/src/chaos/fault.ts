import { type Random, seededRandom, wholeFrom } from '../generator/random.js';

/** Shortest and longest duration of a fault, in ms; 0 for an instant one. */
type Lasts = readonly [least: number, most: number];

/**
 * The faults of a run, with their durations. A claim lasts 10 s, and the scheduler's lease 9 s. The long
 * pauses outlast both, so a resumed process has lost its claim or lease without knowing it.
 */
export const FAULTS = {
  'worker killed': [0, 1_500],
  'worker stopped in order': [0, 1_500],
  'worker paused': [500, 3_000],
  'worker paused until its claims are lost': [11_000, 14_000],
  'all workers killed': [0, 1_000],
  'scheduler killed': [0, 4_000],
  'scheduler paused until its lease is lost': [10_000, 13_000],
  'source killed': [0, 2_000],
  'source restarted': [0, 0],
  'source emptied': [0, 3_000],
  'source fails over': [0, 0],
  'queue killed': [0, 2_000],
  'queue emptied': [0, 0],
  'queue fails over': [0, 0],
  'queue out of memory': [1_000, 5_000],
  'MongoDB killed': [0, 2_000],
  'MongoDB restarted': [0, 0],
  'MongoDB dropped': [0, 0],
  'MongoDB set back': [2_000, 8_000],
  'way to the source cut': [100, 2_500],
  'way to the source swallows': [1_000, 5_000],
  'way to the source half-open': [1_000, 4_000],
  'way to the source slow': [1_000, 4_000],
  'way to the queue cut': [100, 2_500],
  'way to the queue half-open': [1_000, 4_000],
  'way to the queue slow': [1_000, 4_000],
  'way to MongoDB cut': [100, 2_500],
  'way to MongoDB swallows': [1_000, 5_000],
  'way to MongoDB half-open': [1_000, 4_000],
  'way to MongoDB slow': [1_000, 4_000],
  'change feed killed': [0, 0],
  'change feed overrun': [0, 0],
  'fleet of another source comes': [0, 0],
  'fleet of another queue works, too': [4_000, 9_000],
  'burst of entries': [0, 0],
  'entry too large for a document': [0, 0],
  'odd entries': [0, 0],
  'stream trimmed behind the position': [0, 0],
  'stream trimmed ahead of the position': [0, 0],
  'unread entries deleted': [0, 0],
  'stream deleted and made again': [0, 3_000],
  'stream made again with the same ids': [0, 3_000],
  'set deleted and made again': [0, 3_000],
} as const satisfies Record<string, Lasts>;

export type FaultKind = keyof typeof FAULTS;

/**
 * Faults that remove written data from MongoDB. Work in progress may then need `verify
 * --repair`, so they are opt-in.
 */
export const TARGET_LOSSES: ReadonlySet<FaultKind> = new Set(['MongoDB dropped', 'MongoDB set back']);

/** One step of a plan. */
export interface FaultStep {
  /** Time since the load began, in ms. */
  readonly atMs: number;
  readonly kind: FaultKind;
  /** From 0 to 1: selects a worker, stream or set of those that exist at that time. */
  readonly pick: number;
  /** Duration, or time until a killed process is started again, in ms. */
  readonly forMs: number;
}

/** Selects the item that a step acts on. */
export function picked<T>(all: readonly T[], { pick }: FaultStep): T | undefined {
  return all[Math.floor(pick * all.length)];
}

export function isFaultKind(name: string): name is FaultKind {
  return Object.hasOwn(FAULTS, name);
}

/** The load runs without new faults for this long at its beginning and at its end, in ms. */
const WITHOUT_FAULTS = { before: 1_000, after: 3_000 } as const;
/**
 * Time between the starts of two faults, in ms. Each kind occurs once in the first
 * minute. Long faults overlap.
 */
const BETWEEN = [800, 1_400] as const;

/**
 * Plans the faults of a run. The same seed and length give the same plan. Kinds are dealt like cards: each
 * occurs once before any occurs again.
 * @param seed a whole number from 0 to 2^32 - 1.
 * @param durationMs duration of the load, in ms.
 * @param withLosses whether MongoDB is also dropped and set back.
 */
export function planFaults(seed: number, durationMs: number, withLosses = false): FaultStep[] {
  const random = seededRandom(seed);
  const steps: FaultStep[] = [];
  let deck: FaultKind[] = [];
  for (
    let atMs = WITHOUT_FAULTS.before;
    atMs <= durationMs - WITHOUT_FAULTS.after;
    atMs += wholeFrom(random, ...BETWEEN)
  ) {
    if (deck.length === 0) deck = shuffled(random, withLosses);
    const kind = deck.pop();
    if (kind === undefined) break;
    const [least, most] = FAULTS[kind];
    steps.push({ atMs, kind, pick: random(), forMs: wholeFrom(random, least, most) });
  }
  return steps;
}

/** Source: the shuffle of Fisher and Yates. */
function shuffled(random: Random, withLosses: boolean): FaultKind[] {
  const all = Object.keys(FAULTS).filter(isFaultKind);
  const kinds = all.filter((kind) => withLosses || !TARGET_LOSSES.has(kind));
  for (let i = kinds.length - 1; i > 0; i--) {
    const j = wholeFrom(random, 0, i);
    const [a, b] = [kinds[i], kinds[j]];
    if (a !== undefined && b !== undefined) [kinds[i], kinds[j]] = [b, a];
  }
  return kinds;
}
