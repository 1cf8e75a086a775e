import pico from 'picocolors';
import { printable } from './printable.js';
import { type Cell, type Column, tableLines } from './table.js';

type Stream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

export interface OutputOptions {
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly isJson: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Where a command prints: its result on standard output, what accompanies it on standard error. */
export class Output {
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly isJson: boolean;
  /** Colours only on a terminal, and not where NO_COLOR is set. Source: https://no-color.org */
  readonly colors: ReturnType<typeof pico.createColors>;

  constructor({ stdout, stderr, isJson, env }: OutputOptions) {
    this.stdout = stdout;
    this.stderr = stderr;
    this.isJson = isJson;
    this.colors = pico.createColors(stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb');
  }

  /** A line for people. */
  line(text = ''): void {
    this.stdout.write(`${text}\n`);
  }

  /** A line that is not part of the result. */
  note(text: string): void {
    this.stderr.write(`${text}\n`);
  }

  /** The one JSON document that is the result. */
  json(value: unknown): void {
    this.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
  }

  table(columns: readonly Column[], rows: readonly (readonly Cell[])[]): void {
    for (const line of tableLines(columns, rows, this.colors)) this.line(line);
  }

  /** Names with their values, below each other. */
  facts(facts: readonly (readonly [name: string, value: Cell])[]): void {
    const shown = facts.filter(([, value]) => value !== undefined && value !== '');
    for (const line of tableLines(['', ''], shown, this.colors)) this.line(line);
  }

  heading(text: string): void {
    this.line(`\n${this.colors.bold(printable(text))}`);
  }
}
