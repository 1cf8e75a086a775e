import { type Random, seededRandom, wholeFrom } from '../generator/random.js';
import { FAULTS, type FaultKind, type FaultStep, isFaultKind, TARGET_LOSSES } from './fault.js';

/** Faults begin this long after the load, and none begins this long before its end, in ms. */
const QUIET = { before: 1_000, after: 3_000 } as const;
/** The time between two faults, in ms: in a minute each kind has come once. Many last longer, so they overlap. */
const BETWEEN = [800, 1_400] as const;

/**
 * The faults of a run: the same for the same seed and length. Kinds are dealt like cards, so that each of them comes
 * once before any comes again.
 * @param seed a whole number from 0 to 2^32 - 1.
 * @param durationMs how long the load lasts.
 * @param withLosses MongoDB is dropped and set back, too.
 */
export function planFaults(seed: number, durationMs: number, withLosses = false): FaultStep[] {
  const random = seededRandom(seed);
  const steps: FaultStep[] = [];
  let deck: FaultKind[] = [];
  for (let atMs = QUIET.before; atMs <= durationMs - QUIET.after; atMs += wholeFrom(random, ...BETWEEN)) {
    if (deck.length === 0) deck = shuffled(random, withLosses);
    const kind = deck.pop();
    if (kind === undefined) break;
    const [least, most] = FAULTS[kind];
    steps.push({ atMs, kind, pick: random(), forMs: wholeFrom(random, least, most) });
  }
  return steps;
}

/** Source: Fisher and Yates's shuffle. */
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
