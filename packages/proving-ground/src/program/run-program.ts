import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProgress, type Progress } from '@redis-to-mongo/terminal';
import { processesLeft } from '../chaos/process-table.js';
import { Closing } from './closing.js';
import { messageOf } from './message-of.js';
import { Stopped, stopSignal } from './stop-signals.js';

const EXIT = { ok: 0, failed: 1, options: 2 } as const;

/** What every report has. */
export interface ProgramReport {
  readonly ok: boolean;
  readonly problems: readonly string[];
}

/** What a run is given. */
export interface ProgramContext {
  readonly progress: Progress;
  readonly closing: Closing;
  /** For logs, data and evidence; kept when the run fails. */
  readonly dir: string;
  readonly signal: AbortSignal;
  /** Processes that must be gone when all is closed. */
  readonly pids: Set<number>;
}

export interface Program<Options, Report> {
  /** As in `npm run name`. */
  readonly name: string;
  readonly help: string;
  readonly args: readonly string[];
  /** @throws ProvingError `PROVING_OPTIONS`. */
  readonly parse: (args: readonly string[]) => Options | 'help';
  readonly run: (options: Options, context: ProgramContext) => Promise<Report>;
  /** The report for people. */
  readonly lines: (report: Report) => string[];
  /** What else is done with a report. */
  readonly onReport?: (report: Report, options: Options) => Promise<void>;
}

/**
 * Runs a long run from its command line to its exit code: 0 when all is well, 1 when it is not (then its folder is kept
 * and named), 2 for a wrong option, 128 + n when signal n stopped it. Afterwards no process of it may be left.
 */
export async function runProgram<Options extends { readonly json: boolean }, Report extends ProgramReport>(
  program: Program<Options, Report>,
): Promise<number> {
  let options: Options | 'help';
  try {
    options = program.parse(program.args);
  } catch (error) {
    console.error(messageOf(error));
    return EXIT.options;
  }
  if (options === 'help') {
    console.log(program.help);
    return EXIT.ok;
  }
  const dir = await mkdtemp(join(tmpdir(), `redis-to-mongo-${program.name}-`));
  const progress = createProgress(options.json ? process.stderr : process.stdout);
  const code = await runIn(dir, program, options, progress);
  if (code === EXIT.failed) progress.say(`logs, data and last state are in ${dir}`);
  else await rm(dir, { recursive: true, force: true, maxRetries: 3 });
  return code;
}

async function runIn<Options extends { readonly json: boolean }, Report extends ProgramReport>(
  dir: string,
  program: Program<Options, Report>,
  options: Options,
  progress: Progress,
): Promise<number> {
  const signal = stopSignal();
  const closing = new Closing();
  const pids = new Set<number>();
  let report: Report | undefined;
  let code: number = EXIT.failed;
  try {
    report = await program.run(options, { progress, closing, dir, signal, pids });
  } catch (error) {
    const stopped: unknown = signal.reason;
    if (stopped instanceof Stopped) {
      code = stopped.exitCode;
      progress.say(`${stopped.message}; ending the fleet and the servers`);
    } else progress.say(`failed: ${messageOf(error)}`);
  }
  for (const error of await closing.closeAll()) progress.say(`could not be closed: ${messageOf(error)}`);
  const left = await processesLeft(pids);
  if (!report) {
    for (const problem of left) progress.say(progress.colors.red(problem));
    return code;
  }
  const whole = { ...report, ok: report.ok && left.length === 0, problems: [...report.problems, ...left] };
  progress.say('');
  for (const line of program.lines(whole)) progress.say(line);
  for (const problem of whole.problems) progress.say(progress.colors.red(problem));
  await writeFile(join(dir, 'report.json'), `${JSON.stringify(whole, null, 1)}\n`);
  if (options.json) console.log(JSON.stringify(whole));
  await program.onReport?.(whole, options);
  return whole.ok ? EXIT.ok : EXIT.failed;
}
