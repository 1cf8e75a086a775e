import picocolors from 'picocolors';
import { duration } from './durations.js';

/** How much is done, of how much. */
export interface ProgressState {
  readonly total: number;
  readonly done: number;
  /** As far as things have begun, where that is reported: more than is done. */
  readonly begun?: number;
  /** The state in words. @param perSecond how fast `done` grows. */
  readonly describe: (perSecond: number) => string;
}

/** The output of a program: lines that stay, and a progress bar that moves. */
export interface Progress {
  readonly colors: ReturnType<typeof picocolors.createColors>;
  /** Prints a line that stays. */
  say(line: string): void;
  /** May be called as often as anything changes: it draws now and then. */
  update(state: ProgressState): void;
  /** Takes the bar away; further updates bring it back. */
  clear(): void;
}

/** Standard output or standard error; what a terminal adds is optional. */
export type ProgressStream = Pick<NodeJS.WritableStream, 'write'> & {
  readonly isTTY?: boolean;
  readonly columns?: number;
};

/** A bar is drawn at most this often, a plain line is printed this often, in ms. */
const BAR_EVERY_MS = 100;
const PLAIN_EVERY_MS = 3_000;

/** A bar of two lines that is redrawn on a terminal, plain lines elsewhere; color on a terminal, unless NO_COLOR is set. */
export function createProgress(
  stream: ProgressStream,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Progress {
  const terminal = stream.isTTY === true && env.TERM !== 'dumb';
  const colors = picocolors.createColors(terminal && !env.NO_COLOR);
  return terminal ? new BarProgress(stream, colors) : new PlainProgress(stream, colors);
}

class PlainProgress implements Progress {
  readonly #rate = new Rate();
  #next: number | undefined;

  constructor(
    readonly stream: ProgressStream,
    readonly colors: Progress['colors'],
  ) {}

  say(line: string): void {
    this.stream.write(`${line}\n`);
  }

  update(state: ProgressState): void {
    const now = performance.now();
    const isFirst = this.#next === undefined;
    this.#next ??= now + PLAIN_EVERY_MS;
    if (!isFirst && now < this.#next) return;
    this.#rate.add(state.done);
    if (isFirst) return;
    this.#next = now + PLAIN_EVERY_MS;
    const text = state.describe(this.#rate.recent);
    this.say(`  ${percent(state).padStart(5)}  ${text}, ${timeLeft(state, this.#rate.overall)}`);
  }

  clear(): void {}
}

class BarProgress implements Progress {
  readonly #rate = new Rate();
  #drawn = false;
  #next = 0;

  constructor(
    readonly stream: ProgressStream,
    readonly colors: Progress['colors'],
  ) {}

  say(line: string): void {
    this.clear();
    this.stream.write(`${line}\n`);
  }

  update(state: ProgressState): void {
    const now = performance.now();
    if (now < this.#next) return;
    this.#next = now + BAR_EVERY_MS;
    this.#rate.add(state.done);
    // A terminal that does not report its width (0) is treated as a usual one.
    const columns = this.stream.columns || 80;
    const side = `  ${percent(state).padStart(5)}   ${timeLeft(state, this.#rate.overall)}`;
    const width = Math.max(5, Math.min(60, columns - side.length - 4));
    const text = `  ${state.describe(this.#rate.recent)}`.slice(0, columns - 1);
    this.clear();
    this.stream.write(`  ${this.#bar(state, width)}${side}\n${this.colors.dim(text)}\n`);
    this.#drawn = true;
  }

  clear(): void {
    // Up two lines, and away with all that is below.
    if (this.#drawn) this.stream.write('\x1b[2A\r\x1b[0J');
    this.#drawn = false;
  }

  /** Full: done; shaded: begun; light: not begun yet. */
  #bar({ total, done, begun = done }: ProgressState, width: number): string {
    const part = (count: number) => Math.floor((width * Math.min(count, total)) / Math.max(1, total));
    const full = part(done);
    const shaded = Math.max(0, part(begun) - full);
    const { green, yellow, dim } = this.colors;
    return green('█'.repeat(full)) + yellow('▒'.repeat(shaded)) + dim('░'.repeat(width - full - shaded));
  }
}

function percent({ done, total }: ProgressState): string {
  return `${Math.floor((100 * Math.min(done, total)) / Math.max(1, total))} %`;
}

/** The first percent says nothing of the others. */
function timeLeft({ done, total }: ProgressState, perSecond: number): string {
  if (done >= total) return 'done';
  return 100 * done < total || perSecond === 0
    ? 'starting'
    : `about ${duration((total - done) / perSecond)} left`;
}

/** The rate of the last while, in ms. */
const RECENT_MS = 4_000;

interface Sample {
  readonly at: number;
  readonly count: number;
}

/** How fast a count grows, by samples of it. */
class Rate {
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
