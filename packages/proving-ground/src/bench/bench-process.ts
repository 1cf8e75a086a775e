import { type ChildProcess, fork } from 'node:child_process';
import { on, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { inTime, membersOf } from '@redis-to-mongo/pipeline';
import { ProvingError } from '../proving-error.js';

/** What a process of the benchmark shows its parent; see processes/. */
export type Report = Readonly<Record<string, unknown>>;

const STDERR_KEPT = 4_000;
/** A report that takes longer than this, in ms, does not come. */
const REPORT_WITHIN_MS = 600_000;

/**
 * One of the programs in processes/, as a process of its own. It says when it is ready, begins when it is asked to, and
 * answers with a report. It ends with its parent, whatever ends that.
 */
export class BenchProcess implements AsyncDisposable {
  readonly #name: string;
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #reports: AsyncIterator<unknown[]>;
  #stderr = '';
  #atStart: Report = {};

  /** @param config handed to the program as its one argument. @param env beside what this process has. */
  private constructor(name: string, config: Report, env: Readonly<Record<string, string>>) {
    this.#name = name;
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

  /** What it reported when it was ready. */
  get atStart(): Report {
    return this.#atStart;
  }

  /** The one process; none if it could not be started. */
  get pids(): number[] {
    return this.#process.pid === undefined ? [] : [this.#process.pid];
  }

  /** Tells it to begin, or whatever comes next. */
  send(message: string): void {
    this.#process.send(message);
  }

  /**
   * Its next report. @throws ProvingError `PROVING_APP_FAILED` with its last words when it ends without one,
   * `PROVING_STALLED` after ten minutes.
   */
  async report(): Promise<Report> {
    const late = `${this.#name} has reported nothing for ${REPORT_WITHIN_MS} ms`;
    const { done, value = [] } = await inTime(
      this.#reports.next(),
      REPORT_WITHIN_MS,
      () => new ProvingError('PROVING_STALLED', late),
    );
    if (done)
      throw new ProvingError('PROVING_APP_FAILED', `${this.#name} ended by itself:\n${this.#stderr.trim()}`);
    return membersOf(value[0]);
  }

  /** Ends it and waits for its end. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

/** A number in a report. @throws ProvingError `PROVING_APP_FAILED` when it is not there. */
export function numberIn(report: Report, name: string): number {
  const value = report[name];
  if (typeof value !== 'number')
    throw new ProvingError('PROVING_APP_FAILED', `a report of the benchmark has no number ${name}`);
  return value;
}

/** The numbers in a list of a report. */
export function numbersIn(report: Report, name: string): number[] {
  const values: unknown = report[name];
  return Array.isArray(values) ? values.filter((value) => typeof value === 'number') : [];
}
