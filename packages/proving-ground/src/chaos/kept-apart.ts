import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Keeps losses of the queue and losses of the target apart. The fleet recovers from each, but not from both
 * at once: see the limits of a dropped or restored target in docs/guarantees.md.
 */
export class KeptApart {
  readonly #last = { queue: Number.NEGATIVE_INFINITY, target: Number.NEGATIVE_INFINITY };

  /** @param apartMs the time from the end of one loss to the beginning of the other, in ms. */
  constructor(
    private readonly apartMs: number,
    private readonly signal: AbortSignal,
  ) {}

  /** Runs a loss, once the last one of the other kind is long enough ago. */
  async run<T>(what: 'queue' | 'target', lose: () => Promise<T>): Promise<T> {
    const other = what === 'queue' ? 'target' : 'queue';
    const waitMs = () => this.#last[other] + this.apartMs - performance.now();
    while (waitMs() > 0) await sleep(Math.min(waitMs(), this.apartMs), undefined, { signal: this.signal });
    // The other kind waits from now on. The time is set again at the end.
    this.#last[what] = performance.now();
    try {
      return await lose();
    } finally {
      this.#last[what] = performance.now();
    }
  }
}
