import { counted, createProgress, grouped, type Progress as Shown } from '@redis-to-mongo/terminal';
import type { INTERRUPTED, Interruption } from './interruption.js';
import type { Output } from './output.js';

/** Shows the progress of a command on standard error: see createProgress. */
export class Progress {
  readonly #shown: Shown | undefined;
  readonly #since = performance.now();
  #done = 0;
  #entries = 0;

  /** @param total the number of items; `what` is their noun. */
  constructor(
    private readonly out: Output,
    private readonly total: number,
    private readonly what: string,
  ) {
    this.#shown = out.isProgressShown ? createProgress(out.stderr, out.env) : undefined;
  }

  /** Counts entries that were just synced, for the rate. */
  addEntries(entries: number): void {
    this.#entries += entries;
    this.#show();
  }

  /** Counts a key that has ended. */
  addDone(): void {
    this.#done++;
    this.#show();
  }

  /**
   * Waits until the work has ended, or the command is interrupted, and removes the progress bar. If the work
   * fails, reports how many items were done before.
   * @throws the error of the work.
   */
  async until<T>(work: Promise<T>, interruption: Interruption): Promise<T | typeof INTERRUPTED> {
    try {
      return await interruption.until(work);
    } catch (error) {
      this.end();
      if (this.total > 1) this.out.note(`${this.#doneOf()} done before the error`);
      throw error;
    } finally {
      this.end();
    }
  }

  /** Removes the progress bar. */
  end(): void {
    this.#shown?.clear();
  }

  #show(): void {
    this.#shown?.update({ total: this.total, done: this.#done, describe: () => this.#text() });
  }

  #text(): string {
    const keys = this.#doneOf();
    if (this.#entries === 0) return keys;
    const perSecond = (this.#entries * 1000) / Math.max(1, performance.now() - this.#since);
    return `${keys}, ${counted(this.#entries, 'entry', 'entries')}, ${grouped(perSecond)}/s`;
  }

  #doneOf(): string {
    return `${grouped(this.#done)} of ${grouped(this.total)} ${this.what}`;
  }
}
