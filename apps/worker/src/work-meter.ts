/** Rates are averages over this many ms. */
const WINDOW_MS = 10_000;

interface Sample {
  readonly at: number;
  readonly entries: number;
  readonly keys: number;
}

/** Counts the work of this worker, and measures its speed. */
export class WorkMeter {
  /** The samples of the window. The oldest marks its start. */
  #samples: Sample[];
  #entries = 0;
  #keys = 0;
  #jobs = 0;

  /** @param now a clock in ms that never goes back. */
  constructor(private readonly now: () => number = () => performance.now()) {
    this.#samples = [{ at: now(), entries: 0, keys: 0 }];
  }

  /** Counts a slice of work on a key. */
  addKey(entries: number): void {
    this.#keys++;
    this.#entries += entries;
  }

  /** Counts a job while it runs. */
  async during<T>(job: () => Promise<T>): Promise<T> {
    this.#jobs++;
    try {
      return await job();
    } finally {
      this.#jobs--;
    }
  }

  /**
   * Number of running jobs, and the rates since a sample up to WINDOW_MS ago. Call it regularly: each call
   * adds a sample.
   */
  read(): { readonly jobs: number; readonly entriesPerSec: number; readonly keysPerSec: number } {
    const now = { at: this.now(), entries: this.#entries, keys: this.#keys };
    const begin = this.#samples.find(({ at }) => at >= now.at - WINDOW_MS) ?? this.#samples.at(-1) ?? now;
    this.#samples = [...this.#samples.filter(({ at }) => at >= begin.at), now];
    const perSec = (count: number) => (now.at > begin.at ? (count * 1000) / (now.at - begin.at) : 0);
    const tenths = (rate: number) => Math.round(rate * 10) / 10;
    return {
      jobs: this.#jobs,
      entriesPerSec: tenths(perSec(now.entries - begin.entries)),
      keysPerSec: tenths(perSec(now.keys - begin.keys)),
    };
  }
}
