/** What decides how often a key's job repeats. */
export interface TempoFacts {
  /** SYNC_INTERVAL_SEC, in ms. */
  readonly baseMs: number;
  /** IDLE_INTERVAL_SEC, in ms. */
  readonly ceilingMs: number;
  /** A change of the key would be noticed without a job. */
  readonly isWatched: boolean;
  /** How long ago its value last changed, in ms. */
  readonly quietMs: number;
  /** All keys that are watched. */
  readonly watchedKeys: number;
}

/** Each step is so many times as long as the one before. */
const STEP = 4;
/** A key stays at an interval for so many of its runs before it goes to the next one. */
const RUNS = 8;
/** All quiet keys together run no more often than this, in runs a second: with 100,000 keys, each every 18 hours. */
const QUIET_RUNS_PER_SEC = 2;
/**
 * The same for keys with a change not long ago, about. Their changes come by wake-ups, each of which is a debt until it
 * is paid: what these runs are there for is a scheduler that died, until another one has taken over (15 s at most).
 */
const LIVELY_RUNS_PER_SEC = 10;

/**
 * The interval of a key's job, in ms. Where nothing would notice a change it is the base interval. Where something
 * would, it grows the longer the key is quiet, up to the ceiling, and faster the more keys there are: then the
 * repeatable job is only the net under the watch.
 */
export function tempoOf(facts: TempoFacts, livelyKeys: number): number {
  const { baseMs, isWatched, quietMs, watchedKeys } = facts;
  const ceilingMs = Math.max(baseMs, facts.ceilingMs);
  if (!isWatched) return baseMs;
  const isLively = isLivelyAt(baseMs, quietMs);
  const fairMs = isLively
    ? (livelyKeys * 1000) / LIVELY_RUNS_PER_SEC
    : (watchedKeys * 1000) / QUIET_RUNS_PER_SEC;
  let everyMs = baseMs;
  while (everyMs < ceilingMs && (everyMs < fairMs || quietMs >= RUNS * everyMs)) everyMs *= STEP;
  return Math.min(everyMs, ceilingMs);
}

/** Whether a key changed so recently that its job runs at the base interval, or as near to it as there is room for. */
export function isLivelyAt(baseMs: number, quietMs: number): boolean {
  return quietMs < RUNS * baseMs;
}
