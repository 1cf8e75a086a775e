/** The rate of the last while, in ms. */
const RECENT_MS = 4_000;

interface Sample {
  readonly at: number;
  readonly count: number;
}

/** How fast a count grows, by samples of it. */
export class Rate {
  readonly #samples: Sample[] = [];
  #first: Sample | undefined;

  /** Notes the count as of now; it only grows. */
  add(count: number): void {
    const sample = { at: performance.now(), count };
    this.#first ??= sample;
    this.#samples.push(sample);
    while (this.#samples.length > 2 && sample.at - (this.#samples[0]?.at ?? 0) > RECENT_MS)
      this.#samples.shift();
  }

  /** A second, over the last while. */
  get recent(): number {
    return perSecond(this.#samples[0], this.#samples.at(-1));
  }

  /** A second, since the first sample: what is left is judged by it, since a short pause says little about the whole. */
  get overall(): number {
    return perSecond(this.#first, this.#samples.at(-1));
  }
}

function perSecond(from: Sample | undefined, to: Sample | undefined): number {
  return from && to && to.at > from.at ? ((to.count - from.count) * 1000) / (to.at - from.at) : 0;
}
