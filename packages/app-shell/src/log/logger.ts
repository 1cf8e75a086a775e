import { membersOf } from '@redis-to-mongo/pipeline';
import { maskCredentials } from '@redis-to-mongo/terminal';
import winston from 'winston';
import { cleanFields, type LogFields } from './clean-fields.js';
import { FoldRepeats } from './fold-repeats.js';
import { jsonLine, type LogLine, prettyLine } from './line-formats.js';
import { errorCode } from './render-error.js';

/** The levels, from least to most output. Each includes the levels before it. */
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
/** A level of the log; lines below it are not written. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The form and the destination of a log. */
export interface LoggerOptions {
  readonly level: LogLevel;
  /** `json`: one object a line; `pretty`: for people; `auto`: pretty on a terminal, json elsewhere. */
  readonly format: 'auto' | 'json' | 'pretty';
  /** The app's name, in every line. */
  readonly app: string;
  /** The destination of lines; default: standard output. */
  readonly stream?: NodeJS.WritableStream;
  /** How long repeats of one error are folded, in ms; default 10,000. */
  readonly foldMs?: number;
}

interface Core {
  readonly winston: winston.Logger;
  readonly stream: NodeJS.WritableStream;
  readonly folds: FoldRepeats;
}

/**
 * An app's log. Fields contain ids, counts and codes, never users' data; credentials in URIs are hidden. An
 * error goes into the field `error`, and is printed as code, message and causes (with its stack at level
 * debug). Errors, and warnings that carry an error or come from a library, are folded: of lines with the same
 * message and code within 10 s, the first is printed, and the others become one line with `repeated`.
 */
export class Logger {
  constructor(private readonly core: Core) {}

  /** May be changed at run time. */
  get level(): LogLevel {
    return LOG_LEVELS.find((level) => level === this.core.winston.level) ?? 'info';
  }
  set level(level: LogLevel) {
    this.core.winston.level = level;
  }

  error(msg: string, fields: LogFields = {}): void {
    this.log('error', msg, fields);
  }
  warn(msg: string, fields: LogFields = {}): void {
    this.log('warn', msg, fields);
  }
  info(msg: string, fields: LogFields = {}): void {
    this.log('info', msg, fields);
  }
  debug(msg: string, fields: LogFields = {}): void {
    this.log('debug', msg, fields);
  }

  /** Resolves when all lines are written, including counts of folded lines. */
  async flush(): Promise<void> {
    const { winston: inner, stream, folds } = this.core;
    folds.endAll();
    while (inner.writableLength + inner.readableLength > 0 && stream.writable) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (stream.writable) await new Promise<void>((resolve) => stream.write('', () => resolve()));
  }

  /** Logs a line whose level is chosen at run time. */
  log(level: LogLevel, msg: string, fields: LogFields = {}): void {
    if (LOG_LEVELS.indexOf(level) > LOG_LEVELS.indexOf(this.level)) return;
    const isFolded = fields.error !== undefined || fields.library === true;
    if (level === 'error' || (level === 'warn' && isFolded)) {
      const code = errorCode(fields.error) ?? fields.code;
      const report = (repeated: number) => this.#write(level, msg, { code, repeated });
      if (!this.core.folds.first(`${level} ${String(code)} ${msg}`, report)) return;
    }
    this.#write(level, msg, fields);
  }

  #write(level: LogLevel, msg: string, fields: LogFields): void {
    const clean = cleanFields(fields, this.level === 'debug');
    this.core.winston.log({ level, message: maskCredentials(msg), fields: clean, time: new Date() });
  }
}

/** Creates the log of an app. It needs no closing; call `flush()` before the process ends. */
export function createLogger(options: LoggerOptions): Logger {
  const stream = options.stream ?? process.stdout;
  const terminal = 'isTTY' in stream && stream.isTTY === true;
  const pretty = options.format === 'pretty' || (options.format === 'auto' && terminal);
  const colored = terminal && !process.env.NO_COLOR;
  const render = (line: LogLine) => (pretty ? prettyLine(line, colored) : jsonLine(line));
  // A reader of the log that goes away (EPIPE) must not end the app.
  if (stream.listenerCount('error') === 0) stream.on('error', () => undefined);
  const inner = winston.createLogger({
    level: options.level,
    levels: { error: 0, warn: 1, info: 2, debug: 3 },
    format: winston.format.printf(({ level, message, fields, time }) =>
      render({
        time: time instanceof Date ? time : new Date(),
        level,
        app: options.app,
        msg: String(message),
        fields: { ...membersOf(fields) },
      }),
    ),
    transports: [new winston.transports.Stream({ stream, eol: '\n' })],
  });
  return new Logger({ winston: inner, stream, folds: new FoldRepeats(options.foldMs ?? 10_000) });
}
