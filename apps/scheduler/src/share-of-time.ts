/** Limits work that may take long to a share of the time. */
export class ShareOfTime {
  #againAt = Number.NEGATIVE_INFINITY;

  /**
   * @param oneIn the work takes at most this fraction (1/n) of the time.
   * @param atLatestMs it is due again after this time at the latest, in ms.
   */
  constructor(
    private readonly oneIn: number,
    private readonly atLatestMs = Number.POSITIVE_INFINITY,
  ) {}

  get isDue(): boolean {
    return performance.now() >= this.#againAt;
  }

  /** Does the work. Work that fails is due again. @throws the error of the work. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    const done = await work();
    const now = performance.now();
    this.#againAt = now + Math.min(this.atLatestMs, (this.oneIn - 1) * (now - began));
    return done;
  }
}
