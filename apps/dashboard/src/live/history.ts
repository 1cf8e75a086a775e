/** One moment of the last hour; null where it could not be read. */
export interface Moment {
  /** Ms since 1970. */
  readonly at: number;
  /** How far the mirror is behind in time, in ms, as in the verdict. */
  readonly behindMs: number | null;
  /** Entries behind. */
  readonly lag: number | null;
  /** Entries read per second, since the moment before. */
  readonly perSecond: number | null;
}

/** How long moments are kept, and how far they are apart at least, in ms: 720 of them at most. */
const KEPT_MS = 3_600_000;
const APART_MS = 5_000;

/** The last hour, in memory: a restart of the dashboard begins a new one. */
export class History {
  readonly #moments: Moment[] = [];

  /** @returns whether the moment was kept: not, if the one before is too near. */
  add(moment: Moment): boolean {
    const last = this.#moments.at(-1);
    if (last !== undefined && moment.at < last.at + APART_MS) return false;
    this.#moments.push(moment);
    const old = this.#moments.findIndex(({ at }) => at >= moment.at - KEPT_MS);
    this.#moments.splice(0, Math.max(0, old));
    return true;
  }

  get moments(): readonly Moment[] {
    return this.#moments;
  }
}
