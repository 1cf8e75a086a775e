import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CommanderError } from '@commander-js/extra-typings';
import { Closers } from '@redis-to-mongo/pipeline';
import { createProgress, type Progress } from '@redis-to-mongo/terminal';

/** The time limit for closing a connection, in ms. After it, the end of the process closes it. */
const CLOSE_WITHIN_MS = 120_000;
const EXIT = { ok: 0, failed: 1, options: 2 } as const;
/** Problems that are printed; the report has all of them. */
const MAX_REPORTED = 20;

/** The part that all reports have in common. */
export interface ProgramReport {
  readonly ok: boolean;
  readonly problems: readonly string[];
}

/** Shared by all steps of a run. */
export interface ProgramContext {
  readonly progress: Progress;
  readonly closing: Closers;
  /** Holds logs, data and evidence; kept if the run fails. */
  readonly dir: string;
  readonly signal: AbortSignal;
  /** Pids of processes that must have ended once everything is closed. */
  readonly pids: Set<number>;
}

export interface Program<Options, Report> {
  /** The program's name, as in `npm run name`. */
  readonly name: string;
  /** Parses the arguments. @throws CommanderError after printing the error or the help. */
  readonly parse: (args: readonly string[]) => Options;
  readonly run: (options: Options, context: ProgramContext) => Promise<Report>;
  /** The report as text. */
  readonly lines: (report: Report, colors: Progress['colors']) => string[];
  /** Runs with the report while everything is still open. */
  readonly hold?: (report: Report, options: Options, context: ProgramContext) => Promise<void>;
  /** Runs with the report at the end, after everything is closed. */
  readonly onReport?: (report: Report, options: Options) => Promise<void>;
}

/**
 * Runs a program and ends the process. Exit codes: 0 for success; 1 for a failure, after which the folder is
 * kept and named; 2 for a wrong option; 128 + n after signal n. If a process of the run is still there at the
 * end, the run has failed.
 */
export async function runProgram<
  Options extends { readonly json?: true | undefined },
  Report extends ProgramReport,
>(program: Program<Options, Report>): Promise<never> {
  const code = await exitCodeOf(program);
  // Work that was interrupted during the start may still run. Exit once all output is flushed.
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

/**
 * An error with a code explains itself by its message. For other errors the stack
 * is needed to find the mistake.
 */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? error.message : (error.stack ?? error.message);
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/**
 * Ctrl-C reaches this process from the terminal and from a wrapper such as npm. Signals within this time, in
 * ms, count as one.
 */
const ECHO_MS = 500;

/** The reason for which a run was stopped. */
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
 * Returns an AbortSignal that aborts at the first SIGINT, SIGTERM or SIGHUP, with a `Stopped` as its reason.
 * A second signal ends this process at once, and its child processes with it.
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

const run = promisify(execFile);
const WITHIN_MS = 10_000;

interface Row {
  readonly pid: number;
  readonly parent: number;
  readonly state: string;
  readonly command: string;
}

/**
 * Finds processes that should have ended but still run: the given ones, and all descendants of this process.
 * Waits up to 10 s for them to end.
 */
async function processesLeft(pids: ReadonlySet<number>): Promise<string[]> {
  const deadline = performance.now() + WITHIN_MS;
  for (;;) {
    const left = leftIn(await processTable(), pids, process.pid);
    if (left.length === 0 || performance.now() > deadline) return left;
    await sleep(100);
  }
}

/** As processesLeft, for a process table that was already read. */
function leftIn(table: readonly Row[], pids: ReadonlySet<number>, self: number): string[] {
  const family = new Set([self]);
  // Pids may wrap around, so a child may be listed before its parent. Repeat until no process is added.
  for (let size = 0; size !== family.size; ) {
    size = family.size;
    for (const { pid, parent } of table) if (family.has(parent)) family.add(pid);
  }
  return table
    .filter(({ pid, parent, state, command }) => {
      if (pid === self || state.startsWith('Z')) return false;
      if (command.startsWith('ps ') && parent === self) return false; // the `ps` that listed the table
      return pids.has(pid) || family.has(pid);
    })
    .map(({ pid, command }) => `process ${pid} is still running: ${command.slice(0, 100)}`);
}

async function processTable(): Promise<Row[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,stat=,args='], { maxBuffer: 1 << 24 });
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, state = '', command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return command === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), state, command }];
  });
}
