import picocolors from 'picocolors';
import { duration } from './durations.js';

/** The progress of a task. */
export interface ProgressState {
  readonly total: number;
  readonly done: number;
  /** How much has begun, if known: at least `done`. */
  readonly begun?: number;
  /** The state in words. @param perSecond the rate at which `done` grows. */
  readonly describe: (perSecond: number) => string;
}

/** The output of a program: lines that stay, and a progress bar that moves. */
export interface Progress {
  readonly colors: ReturnType<typeof picocolors.createColors>;
  /** Prints a line that stays. */
  say(line: string): void;
  /** Shows the state. It can be called at any rate; it draws only now and then. */
  update(state: ProgressState): void;
  /** Removes the bar. The next update shows it again. */
  clear(): void;
}

/** Standard output or standard error; the members of a terminal are optional. */
export type ProgressStream = Pick<NodeJS.WritableStream, 'write'> & {
  readonly isTTY?: boolean;
  readonly columns?: number;
};

/** Minimum time between two drawings of the bar, and between two plain lines, in ms. */
const BAR_EVERY_MS = 100;
const PLAIN_EVERY_MS = 3_000;

/**
 * Creates a progress display: on a terminal a bar of two lines, elsewhere plain lines. It has colors on a
 * terminal, unless NO_COLOR is set.
 */
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
    // A terminal that does not report its width (0) is treated as 80 columns wide.
    const columns = this.stream.columns || 80;
    const side = `  ${percent(state).padStart(5)}   ${timeLeft(state, this.#rate.overall)}`;
    const width = Math.max(5, Math.min(60, columns - side.length - 4));
    const text = `  ${state.describe(this.#rate.recent)}`.slice(0, columns - 1);
    this.clear();
    this.stream.write(`  ${this.#bar(state, width)}${side}\n${this.colors.dim(text)}\n`);
    this.#drawn = true;
  }

  clear(): void {
    // Go up two lines, and clear everything below.
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

/** The remaining time. The first percent does not predict the rest. */
function timeLeft({ done, total }: ProgressState, perSecond: number): string {
  if (done >= total) return 'done';
  return 100 * done < total || perSecond === 0
    ? 'starting'
    : `about ${duration((total - done) / perSecond)} left`;
}

/** The window of the recent rate, in ms. */
const RECENT_MS = 4_000;

interface Sample {
  readonly at: number;
  readonly count: number;
}

/** Measures how fast a count grows. */
class Rate {
  readonly #samples: Sample[] = [];
  #first: Sample | undefined;

  /** Adds a sample of the count, which only grows. */
  add(count: number): void {
    const sample = { at: performance.now(), count };
    this.#first ??= sample;
    this.#samples.push(sample);
    while (this.#samples.length > 2 && sample.at - (this.#samples[0]?.at ?? 0) > RECENT_MS)
      this.#samples.shift();
  }

  /** Per second, over the last RECENT_MS. */
  get recent(): number {
    return perSecond(this.#samples[0], this.#samples.at(-1));
  }

  /**
   * Per second, since the first sample. The remaining time is estimated from it, because a short pause says
   * little about the whole.
   */
  get overall(): number {
    return perSecond(this.#first, this.#samples.at(-1));
  }
}

function perSecond(from: Sample | undefined, to: Sample | undefined): number {
  return from && to && to.at > from.at ? ((to.count - from.count) * 1000) / (to.at - from.at) : 0;
}
