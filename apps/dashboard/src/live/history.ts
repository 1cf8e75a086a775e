import type { FleetSample } from '@redis-to-mongo/mongo-sink';

/** One moment of the last hour; null where it could not be read. */
export interface Moment {
  /** Ms since 1970. */
  readonly at: number;
  /** How far the mirror is behind in time, in ms, as in the verdict. */
  readonly behindMs: number | null;
  /** Entries behind. */
  readonly lag: number | null;
  /** Entries that the workers read per second, by their heartbeats. */
  readonly perSecond: number | null;
}

/** A sample of the fleet's history as a moment. */
export function momentOfSample({
  at,
  behindMs,
  lag,
  entriesPerSec,
}: Pick<FleetSample, 'at' | 'behindMs' | 'lag' | 'entriesPerSec'>): Moment {
  return { at: at.getTime(), behindMs, lag, perSecond: entriesPerSec };
}

/** How long moments are kept, and the minimum time between two, in ms: at most 720 moments. */
const KEPT_MS = 3_600_000;
const APART_MS = 5_000;

/** The last hour, in memory. Moments before the start of this process come from the fleet's stored samples. */
export class History {
  readonly #moments: Moment[] = [];

  /** @returns false if the moment was dropped, because the one before is too near. */
  add(moment: Moment): boolean {
    const last = this.#moments.at(-1);
    if (last !== undefined && moment.at < last.at + APART_MS) return false;
    this.#moments.push(moment);
    const old = this.#moments.findIndex(({ at }) => at >= moment.at - KEPT_MS);
    this.#moments.splice(0, Math.max(0, old));
    return true;
  }

  /** Adds earlier moments, oldest first. */
  precede(moments: readonly Moment[]): void {
    const [first] = this.#moments;
    this.#moments.unshift(...moments.filter(({ at }) => first === undefined || at < first.at));
  }

  /** The oldest first. */
  get moments(): readonly Moment[] {
    return this.#moments;
  }
}
