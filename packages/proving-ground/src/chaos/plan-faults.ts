import { type Random, seededRandom, wholeFrom } from '../generator/random.js';
import type { FaultChoice } from './fault.js';
import { FAULT_KINDS, FAULTS, type FaultKind, TARGET_LOSSES } from './faults.js';

/** One step of a plan. */
export interface FaultStep extends FaultChoice {
  /** Time since the load began, in ms. */
  readonly atMs: number;
  readonly kind: FaultKind;
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
    const [least, most] = FAULTS[kind].lasts;
    steps.push({ atMs, kind, pick: random(), forMs: wholeFrom(random, least, most) });
  }
  return steps;
}

/** Source: the shuffle of Fisher and Yates. */
function shuffled(random: Random, withLosses: boolean): FaultKind[] {
  const kinds = FAULT_KINDS.filter((kind) => withLosses || !TARGET_LOSSES.has(kind));
  for (let i = kinds.length - 1; i > 0; i--) {
    const j = wholeFrom(random, 0, i);
    const [a, b] = [kinds[i], kinds[j]];
    if (a !== undefined && b !== undefined) [kinds[i], kinds[j]] = [b, a];
  }
  return kinds;
}
