/** Processes added items in order, with a limited number at once. */
export class WorkLane<T> {
  readonly #atOnce: number;
  readonly #work: (item: T) => Promise<void>;
  readonly #waiting: T[] = [];
  readonly #underWay = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  constructor(atOnce: number, work: (item: T) => Promise<void>) {
    this.#atOnce = atOnce;
    this.#work = work;
  }

  /** Begins with the item at once, or when one under way has ended. After a failure nothing is begun. */
  add(item: T): void {
    this.#waiting.push(item);
    this.#start();
  }

  /** Resolves when fewer than this many wait or are under way, or the work has failed. */
  async whenBelow(count: number): Promise<void> {
    while (this.#waiting.length + this.#underWay.size >= count && !this.#failure)
      await Promise.race(this.#underWay);
  }

  /**
   * Resolves when everything that was added is done.
   * @throws the first error of the work; nothing is begun after it.
   */
  async whenIdle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.race(this.#underWay);
    if (this.#failure) throw this.#failure.error;
  }

  #start(): void {
    while (this.#underWay.size < this.#atOnce && this.#waiting.length > 0 && !this.#failure) {
      const [item] = this.#waiting.splice(0, 1) as [T];
      const done: Promise<void> = this.#work(item)
        .catch((error: unknown) => {
          this.#failure ??= { error };
        })
        .finally(() => {
          this.#underWay.delete(done);
          this.#start();
        });
      this.#underWay.add(done);
    }
  }
}
