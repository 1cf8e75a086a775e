import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Closers } from '@redis-to-mongo/pipeline';
import { maskCredentials } from '@redis-to-mongo/terminal';
import { createMetrics, type Metrics } from '../create-metrics.js';
import type { LogFields } from '../log/clean-fields.js';
import { LibraryOutput } from '../log/library-output.js';
import { createLogger, type Logger, type LoggerOptions, type LogLevel } from '../log/logger.js';
import { errorCode } from '../log/render-error.js';
import { EXIT_CODES, STOP_SIGNALS, type StopSignal, startFailureCode } from './exit-code.js';
import { type AppUsage, type ArgumentsAnswer, isCheck, readArguments } from './read-arguments.js';
import { type OptionChange, type ReloadHandler, Reloading } from './reloading.js';

/** What an app gets when it starts. */
export interface AppContext {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Register a closer here for everything you open. Closers run in reverse order. */
  readonly closers: Closers;
  /** Aborted when the app begins to stop. */
  readonly signal: AbortSignal;
  /**
   * Ends the app in order, because it cannot continue after this error. The exit code is that of a start that
   * fails with the error.
   */
  readonly fail: (error: Error) => void;
}

/** The part of the configuration that every app has. */
export interface AppSettings {
  readonly log: Pick<LoggerOptions, 'level' | 'format'>;
  /** Settings that are valid but look like a mistake; logged at the start. */
  readonly warnings?: readonly string[];
}

/** An app, as runApp runs it. */
export interface AppOptions<Settings extends AppSettings> {
  readonly name: string;
  /** If set, unknown arguments end the process with exit code 2, and --help starts nothing. */
  readonly usage?: AppUsage;
  /** Reads the configuration. An error ends the process with exit code 2. */
  load(): Settings | Promise<Settings>;
  /**
   * Opens everything the app needs, and returns. Open connections keep the process running.
   * @returns the options that the app applies on a reload, besides the log level.
   */
  start(app: AppContext, settings: Settings): Promise<ReloadHandler<Settings> | undefined>;
  /** The options that differ between two configurations. If set, SIGHUP reloads the configuration. */
  readonly changes?: (before: Settings, next: Settings) => readonly OptionChange[];
  /** Time limit for all closers together, in ms; default 10,000. */
  readonly closeWithinMs?: (settings: Settings) => number;
}

const CLOSE_WITHIN_MS = 10_000;
/** After an unexpected error the state is unknown: closing gets less time, in ms. */
const CLOSE_AFTER_CRASH_MS = 5_000;
/**
 * Ctrl-C may reach the app twice: from the terminal, and from a wrapper such as npm. Within this time, in ms,
 * both count as one signal.
 */
const ECHO_MS = 300;
const FLUSH_MS = 1_000;

/**
 * Runs an app until it is stopped, and ends the process: see EXIT_CODES. The first SIGTERM, SIGINT or SIGHUP
 * closes everything in order; a second one ends the process immediately. An unexpected error closes
 * everything and fails. An error with a code is printed as one message, any other error with its stack.
 *
 * With `changes` and without a terminal, SIGHUP reloads the configuration instead. (On a terminal, SIGHUP
 * means that the terminal is gone.) SIGUSR2 switches the log level to debug, and back.
 */
export async function runApp<Settings extends AppSettings>(options: AppOptions<Settings>): Promise<void> {
  const { name } = options;
  const answer = options.usage && readArguments(name, options.usage);
  if (answer) return await printAndExit(answer);
  const libraryOutput = new LibraryOutput();
  const settings = await loadOrExit(name, () => options.load());
  if (options.usage && isCheck(options.usage.argv)) process.exit(EXIT_CODES.stopped);
  const logger = createLogger({ ...settings.log, app: name });
  libraryOutput.sendTo(logger);
  const forceAfterMs = options.closeWithinMs?.(settings) ?? CLOSE_WITHIN_MS;
  const closers = new Closers(logger);
  const stopping = new AbortController();
  // Each waiting job adds a listener, and there may be more than ten.
  setMaxListeners(0, stopping.signal);
  let stoppingSince: number | undefined;

  const exit = async (code: number): Promise<void> => {
    await Promise.race([logger.flush(), delay(FLUSH_MS)]);
    process.exit(code);
  };
  const stop = async (withinMs: number, code?: number): Promise<void> => {
    stoppingSince = Date.now();
    stopping.abort();
    const all = await closers.closeAll(withinMs);
    if (code === undefined) logger.info(all ? 'stopped' : 'stopped, but not everything was closed in time');
    await exit(code ?? (all ? EXIT_CODES.stopped : EXIT_CODES.notInTime));
  };
  const onSignal = (signal: StopSignal): void => {
    if (stoppingSince === undefined) {
      logger.info(`${signal}: stopping`, { withinMs: forceAfterMs });
      void stop(forceAfterMs);
    } else if (Date.now() - stoppingSince > ECHO_MS) {
      logger.warn(`${signal} again: ending at once`);
      void exit(STOP_SIGNALS[signal]);
    }
  };
  const onCrash = (thrown: unknown): void => {
    logger.error(`unexpected error${messageOf(thrown)}`, crashFields(thrown, logger.level));
    if (stoppingSince === undefined) {
      void stop(Math.min(forceAfterMs, CLOSE_AFTER_CRASH_MS), EXIT_CODES.failed);
    }
  };

  const fail = (error: Error): void => {
    if (stoppingSince !== undefined) return;
    logger.error(error.message, crashFields(error, logger.level));
    void stop(forceAfterMs, startFailureCode(error));
  };

  const reloading = new Reloading({ ...options, logger, settings });
  const isHangUp = options.changes === undefined || process.stdin.isTTY || process.stdout.isTTY;
  process.on('SIGHUP', isHangUp ? onSignal : () => reloading.ask());
  process.on('SIGUSR2', () => reloading.toggleDebug());
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  // If a parent process with an IPC channel dies, it sends no signal; the channel closes.
  if (process.connected) process.once('disconnect', () => onSignal('SIGTERM'));
  else if (process.send) onSignal('SIGTERM'); // the channel closed while this process was loading
  process.on('uncaughtException', onCrash);
  process.on('unhandledRejection', onCrash);

  for (const warning of settings.warnings ?? []) logger.warn(warning);
  try {
    const app = { logger, closers, metrics: createMetrics(name), signal: stopping.signal, fail };
    reloading.begin(await options.start(app, settings));
    if (stoppingSince === undefined) logger.debug(`${name} started`);
  } catch (thrown) {
    // A stop signal during the start caused the failure.
    if (stoppingSince !== undefined) return logger.debug('the start was interrupted', { error: thrown });
    logger.error(`${name} can't start${messageOf(thrown)}`, crashFields(thrown, logger.level));
    await stop(Math.min(forceAfterMs, CLOSE_AFTER_CRASH_MS), startFailureCode(thrown));
  }
}

async function printAndExit({ text, isWrong }: ArgumentsAnswer): Promise<void> {
  const stream = isWrong ? process.stderr : process.stdout;
  const failure = await new Promise<Error | null | undefined>((resolve) => {
    stream.on('error', () => {}); // the write reports it
    stream.write(`${text}\n`, resolve);
  });
  if (failure && errorCode(failure) !== 'EPIPE') {
    process.stderr.write(`standard output: ${failure.message}\n`);
    process.exit(EXIT_CODES.failed);
  }
  process.exit(isWrong ? EXIT_CODES.configuration : EXIT_CODES.stopped);
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error && thrown.message ? `: ${thrown.message}` : '';
}

/** The message of an error with a code is enough. Any other error needs its stack. */
function crashFields(thrown: unknown, level: LogLevel): LogFields {
  if (!(thrown instanceof Error) || level === 'debug') return { error: thrown };
  const code = errorCode(thrown);
  return code === undefined ? { stack: thrown.stack, cause: thrown.cause } : { code };
}

/**
 * Loads the configuration, which the log depends on. If that fails, the reason is printed on standard error
 * (with a stack if the error has no code), and the process ends with exit code 2.
 */
async function loadOrExit<Loaded>(name: string, load: () => Loaded | Promise<Loaded>): Promise<Loaded> {
  try {
    return await load();
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    const text = errorCode(error) === undefined ? (error.stack ?? error.message) : error.message;
    await new Promise<void>((resolve) => {
      process.stderr.write(`${name}: ${maskCredentials(text)}\n`, () => resolve());
    });
    process.exit(EXIT_CODES.configuration);
  }
}
