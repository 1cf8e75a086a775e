import type { WriteStream } from 'node:tty';
import picocolors from 'picocolors';
import { grouped } from '../demo/table.js';

export interface ProgressState {
  readonly total: number;
  readonly written: number;
  readonly mirrored: number;
}

/** Where a run tells how it goes: lines that stay, and a progress that moves. */
export interface Progress {
  readonly colors: ReturnType<typeof picocolors.createColors>;
  /** Prints a line that stays. */
  say(line: string): void;
  update(state: ProgressState): void;
  /** Takes the bar away; further updates bring it back. */
  clear(): void;
}

/** Standard output or standard error; what a terminal adds is optional. */
export type ProgressStream = Pick<WriteStream, 'write'> & {
  readonly isTTY?: boolean;
  readonly columns?: number;
};

/** A plain line this often, in ms; a terminal's bar as often as it is told. */
const PLAIN_EVERY_MS = 3_000;
/** The rate is that of the last while, in ms. */
const RATE_OVER_MS = 4_000;

/** A bar of two lines that is redrawn on a terminal, plain lines elsewhere; color on a terminal, unless NO_COLOR is set. */
export function createProgress(stream: ProgressStream, env: NodeJS.ProcessEnv = process.env): Progress {
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
    this.#rate.add(state.mirrored);
    const now = performance.now();
    this.#next ??= now + PLAIN_EVERY_MS;
    if (now < this.#next) return;
    this.#next = now + PLAIN_EVERY_MS;
    this.say(
      `  ${percent(state).padStart(5)}  ${describe(state, this.#rate)}, ${timeLeft(state, this.#rate)}`,
    );
  }

  clear(): void {}
}

class BarProgress implements Progress {
  readonly #rate = new Rate();
  #drawn = false;

  constructor(
    readonly stream: ProgressStream,
    readonly colors: Progress['colors'],
  ) {}

  say(line: string): void {
    this.clear();
    this.stream.write(`${line}\n`);
  }

  update(state: ProgressState): void {
    this.#rate.add(state.mirrored);
    // A terminal that does not tell its width (0) is taken for a usual one.
    const columns = this.stream.columns || 80;
    const side = `  ${percent(state).padStart(5)}   ${timeLeft(state, this.#rate)}`;
    const width = Math.max(5, Math.min(60, columns - side.length - 4));
    const bar = this.#bar(state, width);
    const text = `  ${describe(state, this.#rate)}`.slice(0, columns - 1);
    this.clear();
    this.stream.write(`  ${bar}${side}\n${this.colors.dim(text)}\n`);
    this.#drawn = true;
  }

  clear(): void {
    // Up two lines, and away with all that is below.
    if (this.#drawn) this.stream.write('\x1b[2A\r\x1b[0J');
    this.#drawn = false;
  }

  /** Full: in MongoDB; shaded: in Redis only; light: not written yet. */
  #bar({ total, written, mirrored }: ProgressState, width: number): string {
    const full = Math.floor((width * Math.min(mirrored, total)) / total);
    const shaded = Math.max(0, Math.floor((width * Math.min(written, total)) / total) - full);
    const { green, yellow, dim } = this.colors;
    return green('█'.repeat(full)) + yellow('▒'.repeat(shaded)) + dim('░'.repeat(width - full - shaded));
  }
}

interface Sample {
  readonly at: number;
  readonly count: number;
}

/** Messages a second. */
class Rate {
  readonly #samples: Sample[] = [];
  #begin: Sample | undefined;

  add(count: number): void {
    const sample = { at: performance.now(), count };
    this.#begin ??= sample;
    this.#samples.push(sample);
    while (this.#samples.length > 2 && sample.at - (this.#samples[0]?.at ?? 0) > RATE_OVER_MS)
      this.#samples.shift();
  }

  /** Over the last while. */
  get recent(): number {
    return perSecond(this.#samples[0], this.#samples.at(-1));
  }

  /** From the beginning on: what is left is judged by it, since a short pause says little about the whole. */
  get overall(): number {
    return perSecond(this.#begin, this.#samples.at(-1));
  }
}

function perSecond(from: Sample | undefined, to: Sample | undefined): number {
  return from && to && to.at > from.at ? ((to.count - from.count) * 1000) / (to.at - from.at) : 0;
}

function percent({ mirrored, total }: ProgressState): string {
  return `${Math.floor((100 * mirrored) / total)} %`;
}

function describe({ written, mirrored, total }: ProgressState, { recent }: Rate): string {
  return `${grouped(mirrored)} of ${grouped(total)} in MongoDB, ${grouped(written)} written to Redis, ${grouped(recent)}/s`;
}

function timeLeft({ mirrored, total }: ProgressState, { overall }: Rate): string {
  if (mirrored >= total) return 'done';
  return overall < 1 ? 'starting' : `about ${Math.ceil((total - mirrored) / overall)} s left`;
}
