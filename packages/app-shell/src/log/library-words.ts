import { format } from 'node:util';
import type { Logger, LogLevel } from './logger.js';

/** Console methods, and the level that their words have in the log. */
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

interface Words {
  readonly level: LogLevel;
  readonly text: string;
}

/**
 * Catches what libraries print by `console`, and Node's warnings, from now on. Before there is a log, they are kept (100 at
 * most); then they go there. What is alike is folded as errors are.
 */
export class LibraryWords {
  #logger: Logger | undefined;
  readonly #kept: Words[] = [];

  constructor() {
    for (const [method, level] of Object.entries(METHODS))
      Reflect.set(console, method, (...words: unknown[]) => this.#take({ level, text: format(...words) }));
    process.removeAllListeners('warning');
    process.on('warning', ({ name, message }) => this.#take({ level: 'warn', text: `${name}: ${message}` }));
  }

  /** They go to this log from now on, and so does what was kept. */
  sendTo(logger: Logger): void {
    this.#logger = logger;
    for (const words of this.#kept.splice(0)) this.#take(words);
  }

  #take(words: Words): void {
    if (!this.#logger) {
      if (this.#kept.length < MOST) this.#kept.push(words);
      return;
    }
    const [line = ''] = words.text.trim().split('\n');
    const text = line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
    this.#logger.log(words.level, text, { library: true });
  }
}
