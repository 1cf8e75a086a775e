import { type Cell, type Column, printable, printableJson } from '@redis-to-mongo/terminal';
import { tableLines } from '@redis-to-mongo/terminal/table';
import pico from 'picocolors';

type Stream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** Columns of names, which may be cut to fit the terminal. */
const NAMES: ReadonlySet<string> = new Set(['KEY', 'ID', 'FILTER', 'PATTERN', 'FOR EXAMPLE', 'PROCESS']);

export interface OutputOptions {
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly isJson: boolean;
  /** --no-color. */
  readonly isPlain?: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The output of a command: the result on standard output, notes and errors on standard error. With --json, each line on
 * standard error is a JSON document: a `note` or the `error`.
 */
export class Output {
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly isJson: boolean;
  /** The environment that decides on colors everywhere: NO_COLOR and TERM. --no-color sets NO_COLOR. */
  readonly env: OutputOptions['env'];
  /** Colors only on a terminal, without --no-color and NO_COLOR. Source: https://no-color.org */
  readonly colors: ReturnType<typeof pico.createColors>;

  constructor({ stdout, stderr, isJson, isPlain = false, env }: OutputOptions) {
    this.stdout = stdout;
    this.stderr = stderr;
    this.isJson = isJson;
    this.env = isPlain ? { ...env, NO_COLOR: '1' } : env;
    this.colors = pico.createColors(stdout.isTTY === true && !this.env.NO_COLOR && this.env.TERM !== 'dumb');
  }

  /** A line for people. */
  line(text = ''): void {
    this.stdout.write(`${text}\n`);
  }

  /** A line that is not part of the result. */
  note(text: string): void {
    this.stderr.write(`${this.isJson ? printableJson({ note: text }) : text}\n`);
  }

  /** Why the command failed: a JSON document with --json, else text. */
  error(code: string, message: string, text: string): void {
    this.stderr.write(`${this.isJson ? printableJson({ error: { code, message } }) : text}\n`);
  }

  /** Whether progress is shown. It is for people: with --json, only on a terminal. */
  get isProgressShown(): boolean {
    return !this.isJson || this.stderr.isTTY === true;
  }

  /** Clears the screen on a terminal before repeated output; elsewhere prints a separating line. */
  screen(): void {
    this.stdout.write(this.stdout.isTTY === true ? '\x1b[H\x1b[2J\x1b[3J' : '\n');
  }

  /** One of many JSON documents, each on a line of its own. */
  jsonLine(value: unknown): void {
    this.line(printableJson(value));
  }

  /** The JSON document that is the result, or a JSON document within text for people. */
  json(value: unknown): void {
    this.line(printableJson(value, 2));
  }

  table(columns: readonly Column[], rows: readonly (readonly Cell[])[]): void {
    if (rows.length === 0) return;
    const within = this.stdout.isTTY === true ? this.stdout.columns : undefined;
    for (const line of tableLines(columns, rows, this.colors, { within, names: NAMES })) this.line(line);
  }

  /** Names with their values, one pair per line. */
  facts(facts: readonly (readonly [name: string, value: Cell])[]): void {
    const shown = facts.filter(([, value]) => value !== undefined && value !== '');
    for (const line of tableLines(['', ''], shown, this.colors)) this.line(line);
  }

  heading(text: string): void {
    this.line(`\n${this.colors.bold(printable(text))}`);
  }
}
