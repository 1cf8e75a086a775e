import { counted, createProgress, grouped, type Progress as Shown } from '@redis-to-mongo/terminal';
import type { Output } from './output.js';

/** Shows the progress of a command on standard error: see createProgress. */
export class Progress {
  readonly #shown: Shown;
  readonly #since = performance.now();
  #done = 0;
  #entries = 0;

  /** @param total the number of items; `what` is their noun. */
  constructor(
    out: Output,
    private readonly total: number,
    private readonly what: string,
  ) {
    this.#shown = createProgress(out.stderr, out.env);
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

  /** Removes the progress bar. */
  end(): void {
    this.#shown.clear();
  }

  #show(): void {
    this.#shown.update({ total: this.total, done: this.#done, describe: () => this.#text() });
  }

  #text(): string {
    const keys = `${grouped(this.#done)} of ${grouped(this.total)} ${this.what}`;
    if (this.#entries === 0) return keys;
    const perSecond = (this.#entries * 1000) / Math.max(1, performance.now() - this.#since);
    return `${keys}, ${counted(this.#entries, 'entry', 'entries')}, ${grouped(perSecond)}/s`;
  }
}
