import type { Counter } from 'prom-client';

/**
 * Adds up increments within one turn of the event loop: incrementing a metric takes a microsecond, and
 * hundreds of keys can end in one turn.
 */
export class GatheredCounter<Label extends string> {
  readonly #sums = new Map<string, number>();

  /** @param counter a counter with one label. */
  constructor(private readonly counter: Counter<Label>) {}

  /** @param value the label's value. */
  inc(value: string, by = 1): void {
    if (this.#sums.size === 0) setImmediate(() => this.#flush());
    this.#sums.set(value, (this.#sums.get(value) ?? 0) + by);
  }

  #flush(): void {
    for (const [value, sum] of this.#sums) this.counter.labels(value).inc(sum);
    this.#sums.clear();
  }
}
