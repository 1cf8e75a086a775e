import type { Output } from './output.js';
import { counted, grouped } from './table.js';

/** How often a bar moves, and a line is printed elsewhere, in ms. */
const BAR_EVERY_MS = 100;
const LINE_EVERY_MS = 5_000;
const BAR_WIDTH = 30;

/** How far a command is, on standard error: a bar on a terminal, a line now and then elsewhere. */
export class Progress {
  readonly #out: Output;
  readonly #total: number;
  readonly #what: string;
  readonly #isBar: boolean;
  readonly #since = performance.now();
  #nextAt: number;
  #done = 0;
  #entries = 0;

  /** @param total how many of `what` there are to do. */
  constructor(out: Output, total: number, what: string) {
    this.#out = out;
    this.#total = total;
    this.#what = what;
    this.#isBar = out.stderr.isTTY === true;
    this.#nextAt = this.#since + (this.#isBar ? 0 : LINE_EVERY_MS);
  }

  addEntries(entries: number): void {
    this.#entries += entries;
    this.#show();
  }

  addDone(): void {
    this.#done++;
    this.#show();
  }

  /** Takes the bar away. */
  end(): void {
    if (this.#isBar) this.#out.stderr.write('\r\x1b[K');
  }

  #show(): void {
    const now = performance.now();
    if (now < this.#nextAt) return;
    this.#nextAt = now + (this.#isBar ? BAR_EVERY_MS : LINE_EVERY_MS);
    const rate = (this.#entries * 1000) / Math.max(1, now - this.#since);
    const keys = `${grouped(this.#done)} of ${grouped(this.#total)} ${this.#what}`;
    const entries =
      this.#entries > 0 ? `, ${counted(this.#entries, 'entry', 'entries')}, ${grouped(rate)}/s` : '';
    if (this.#isBar) this.#draw(keys + entries);
    else this.#out.note(keys + entries);
  }

  #draw(text: string): void {
    const full = Math.floor((BAR_WIDTH * this.#done) / Math.max(1, this.#total));
    const bar = '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full);
    this.#out.stderr.write(`\r\x1b[K${`${bar} ${text}`.slice(0, (this.#out.stderr.columns || 80) - 1)}`);
  }
}
