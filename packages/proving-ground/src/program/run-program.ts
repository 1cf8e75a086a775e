import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommanderError } from '@commander-js/extra-typings';
import { Closers } from '@redis-to-mongo/pipeline';
import { createProgress, type Progress } from '@redis-to-mongo/terminal';
import { processesLeft } from './processes-left.js';

/** The time limit for closing a connection, in ms. After it, the end of the process closes it. */
const CLOSE_WITHIN_MS = 120_000;
const EXIT = { ok: 0, failed: 1, options: 2 } as const;
/** Problems that are printed; the report has all of them. */
const MAX_REPORTED = 20;

/** What every report has. */
export interface ProgramReport {
  readonly ok: boolean;
  readonly problems: readonly string[];
}

/** What a run is given. */
export interface ProgramContext {
  readonly progress: Progress;
  readonly closing: Closers;
  /** For logs, data and evidence; kept when the run fails. */
  readonly dir: string;
  readonly signal: AbortSignal;
  /** Processes that must be gone when all is closed. */
  readonly pids: Set<number>;
}

export interface Program<Options, Report> {
  /** As in `npm run name`. */
  readonly name: string;
  /** @throws CommanderError, which it has printed, as it has the help. */
  readonly parse: (args: readonly string[]) => Options;
  readonly run: (options: Options, context: ProgramContext) => Promise<Report>;
  /** The report for people. */
  readonly lines: (report: Report, colors: Progress['colors']) => string[];
  /** What is done with a report while everything is still running. */
  readonly hold?: (report: Report, options: Options, context: ProgramContext) => Promise<void>;
  /** What else is done with a report in the end. */
  readonly onReport?: (report: Report, options: Options) => Promise<void>;
}

/**
 * Runs a program by its command line, and ends the process: with 0 when all is well, 1 when it is not (then its folder is kept
 * and named), 2 for a wrong option, 128 + n when signal n stopped it. Afterwards no process of it may be left.
 */
export async function runProgram<
  Options extends { readonly json?: true | undefined },
  Report extends ProgramReport,
>(program: Program<Options, Report>): Promise<never> {
  const code = await exitCodeOf(program);
  // What was interrupted while it started may still be at work: the process ends once everything it has printed is out.
  for (const stream of [process.stdout, process.stderr])
    await new Promise<void>((resolve) => stream.write('', () => resolve()));
  process.exit(code);
}

async function exitCodeOf<Options extends { readonly json?: true | undefined }, Report extends ProgramReport>(
  program: Program<Options, Report>,
): Promise<number> {
  let options: Options;
  try {
    options = program.parse(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.ok : EXIT.options;
  }
  const dir = await mkdtemp(join(tmpdir(), `redis-to-mongo-${program.name}-`));
  const progress = createProgress(options.json ? process.stderr : process.stdout);
  const code = await runIn(dir, program, options, progress);
  if (code === EXIT.failed) progress.say(`logs, data and last state are in ${dir}`);
  else await rm(dir, { recursive: true, force: true, maxRetries: 3 });
  return code;
}

async function runIn<Options extends { readonly json?: true | undefined }, Report extends ProgramReport>(
  dir: string,
  { run, lines, hold, onReport }: Program<Options, Report>,
  options: Options,
  progress: Progress,
): Promise<number> {
  const signal = stopSignal();
  const closing = new Closers({
    debug: () => {},
    warn: (message, { error } = {}) => progress.say(error ? `${message}: ${messageOf(error)}` : message),
  });
  const pids = new Set<number>();
  const context = { progress, closing, dir, signal, pids };
  const logProblem = (problem: string) => progress.say(progress.colors.red(problem));
  let report: Report | undefined;
  let code: number = EXIT.failed;
  try {
    report = await run(options, context);
    progress.say('');
    for (const problem of report.problems.slice(0, MAX_REPORTED)) logProblem(problem);
    if (report.problems.length > MAX_REPORTED) logProblem(`… and more: ${report.problems.length} in all`);
    for (const line of lines(report, progress.colors)) progress.say(line);
    await hold?.(report, options, context);
  } catch (error) {
    const stopped: unknown = signal.reason;
    if (stopped instanceof Stopped) {
      code = stopped.exitCode;
      progress.say(`${stopped.message}; ending the fleet and the servers`);
    } else progress.say(`failed: ${messageOf(error)}`);
  }
  await closing.closeAll(CLOSE_WITHIN_MS);
  const left = await processesLeft(pids);
  left.forEach(logProblem);
  if (!report) return code;
  const whole = { ...report, ok: report.ok && left.length === 0, problems: [...report.problems, ...left] };
  await writeFile(join(dir, 'report.json'), `${JSON.stringify(whole, null, 1)}\n`);
  if (options.json) console.log(JSON.stringify(whole));
  await onReport?.(whole, options);
  return whole.ok ? EXIT.ok : EXIT.failed;
}

/** An error that carries a code says all in its message; of any other one the stack is needed to find the mistake. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? error.message : (error.stack ?? error.message);
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Ctrl-C reaches this process from the terminal and from a wrapper such as npm: within this, in ms, it is one signal. */
const ECHO_MS = 500;

/** Why a run was stopped. */
class Stopped extends Error {
  override readonly name = 'Stopped';
  readonly code = 'PROVING_STOPPED';
  /** 128 + the signal's number. */
  readonly exitCode: number;

  constructor(signal: (typeof SIGNALS)[number]) {
    super(`stopped by ${signal}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/**
 * A signal that aborts, with a `Stopped` as its reason, at the first SIGINT, SIGTERM or SIGHUP. The second one ends the
 * process at once; what it started ends with it.
 */
function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  let since = 0;
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      const stopped = new Stopped(signal);
      if (!stopping.signal.aborted) {
        since = performance.now();
        stopping.abort(stopped);
      } else if (performance.now() - since > ECHO_MS) process.exit(stopped.exitCode);
    });
  }
  return stopping.signal;
}
