interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/** Items in one script: few enough not to hold up the server. */
const AT_ONCE = 500;

/** Batches items that are submitted within one turn of the event loop. */
export class Batcher<T, R> {
  readonly #run: (items: readonly T[]) => Promise<readonly R[]>;
  #waiting: Waiting<T, R>[] = [];

  constructor(run: (items: readonly T[]) => Promise<readonly R[]>) {
    this.#run = run;
  }

  /**
   * Sends the item together with those submitted in the same turn of the event loop.
   * @throws what sending them throws.
   */
  async submit(item: T): Promise<R> {
    return await new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (this.#waiting.length === 1) setImmediate(() => this.#flush());
    });
  }

  #flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let i = 0; i < waiting.length; i += AT_ONCE) void this.#send(waiting.slice(i, i + AT_ONCE));
  }

  async #send(part: readonly Waiting<T, R>[]): Promise<void> {
    try {
      const results = await this.#run(part.map(({ item }) => item));
      part.forEach(({ resolve, reject }, i) => {
        const result = results[i];
        if (result === undefined) reject(new Error('the queue’s Redis gave no answer'));
        else resolve(result);
      });
    } catch (error) {
      for (const { reject } of part) reject(error);
    }
  }
}
