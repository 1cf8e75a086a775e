import { type ChildProcess, fork } from 'node:child_process';
import { on, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { inTime, membersOf } from '@redis-to-mongo/pipeline';
import { ProvingError } from '../proving-error.js';

/** A message from a benchmark process to its parent; see processes/. */
export type Report = Readonly<Record<string, unknown>>;

const STDERR_KEPT = 4_000;
/** How long to wait for a report, in ms. */
const REPORT_WITHIN_MS = 600_000;

/**
 * Runs a program of processes/ as a child process. The program reports when it is ready, begins on request,
 * and answers with a report. It ends with its parent, even if the parent is killed.
 */
export class BenchProcess implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #reports: AsyncIterator<unknown[]>;
  #stderr = '';
  #atStart: Report = {};

  /**
   * @param config passed to the program as its only argument, as JSON.
   * @param env added to this process's environment.
   */
  private constructor(
    private readonly name: string,
    config: Report,
    env: Readonly<Record<string, string>>,
  ) {
    const script = fileURLToPath(new URL(`processes/${name}.js`, import.meta.url));
    this.#process = fork(script, [JSON.stringify(config)], {
      detached: true,
      env: { ...process.env, ...env },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#process.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-STDERR_KEPT);
    });
    this.#reports = on(this.#process, 'message', { close: ['close'] });
    this.#ended = once(this.#process, 'close').catch(() => undefined);
  }

  /** Starts the program; resolves when it is ready. */
  static async start(
    name: string,
    config: Report,
    env: Readonly<Record<string, string>> = {},
  ): Promise<BenchProcess> {
    const started = new BenchProcess(name, config, env);
    started.#atStart = await started.report();
    return started;
  }

  /** The program's first report. */
  get atStart(): Report {
    return this.#atStart;
  }

  /** The program's pid; empty if it could not be started. */
  get pids(): number[] {
    return this.#process.pid === undefined ? [] : [this.#process.pid];
  }

  /** Sends the program a message, such as `go`. */
  send(message: string): void {
    this.#process.send(message);
  }

  /**
   * Waits for the program's next report.
   * @throws ProvingError `PROVING_APP_FAILED` with the end of its stderr if it ends without a report,
   * `PROVING_STALLED` after ten minutes.
   */
  async report(): Promise<Report> {
    const late = `${this.name} has reported nothing for ${REPORT_WITHIN_MS} ms`;
    const { done, value = [] } = await inTime(
      this.#reports.next(),
      REPORT_WITHIN_MS,
      () => new ProvingError('PROVING_STALLED', late),
    );
    if (done)
      throw new ProvingError('PROVING_APP_FAILED', `${this.name} ended by itself:\n${this.#stderr.trim()}`);
    return membersOf(value[0]);
  }

  /** Sends SIGKILL, and waits until the program has ended. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

/** Reads a number from a report. @throws ProvingError `PROVING_APP_FAILED` if it is missing. */
export function numberIn(report: Report, name: string): number {
  const value = report[name];
  if (typeof value !== 'number')
    throw new ProvingError('PROVING_APP_FAILED', `a report of the benchmark has no number ${name}`);
  return value;
}

/** Reads a list of numbers from a report; empty if there is none. */
export function numbersIn(report: Report, name: string): number[] {
  const values: unknown = report[name];
  return Array.isArray(values) ? values.filter((value) => typeof value === 'number') : [];
}
