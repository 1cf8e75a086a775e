import { format } from 'node:util';
import type { Logger, LogLevel } from './logger.js';

/** Console methods with the log levels of their output. */
const METHODS = {
  log: 'info',
  info: 'info',
  debug: 'debug',
  trace: 'debug',
  warn: 'warn',
  error: 'error',
} as const;
const LONGEST = 500;
const MOST = 100;

interface Printed {
  readonly level: LogLevel;
  readonly text: string;
}

/**
 * Catches output of libraries by `console`, and Node's warnings, from now on. Before the log exists, up to
 * 100 are kept; later they go to the log. Repeats are folded as for errors.
 */
export class LibraryOutput {
  #logger: Logger | undefined;
  readonly #kept: Printed[] = [];

  constructor() {
    for (const [method, level] of Object.entries(METHODS))
      Reflect.set(console, method, (...values: unknown[]) => this.#take({ level, text: format(...values) }));
    process.removeAllListeners('warning');
    process.on('warning', ({ name, message }) => this.#take({ level: 'warn', text: `${name}: ${message}` }));
  }

  /** Sends the kept and all later output to this log. */
  sendTo(logger: Logger): void {
    this.#logger = logger;
    for (const printed of this.#kept.splice(0)) this.#take(printed);
  }

  #take(printed: Printed): void {
    if (!this.#logger) {
      if (this.#kept.length < MOST) this.#kept.push(printed);
      return;
    }
    const [line = ''] = printed.text.trim().split('\n');
    const text = line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
    this.#logger.log(printed.level, text, { library: true });
  }
}
