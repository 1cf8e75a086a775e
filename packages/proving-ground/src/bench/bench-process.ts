import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
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
  readonly #reports: Report[] = [];
  #stderr = '';
  #isEnded = false;
  #atStart: Report = {};
  #heard: () => void = () => {};

  /** @param config handed to the program as its one argument. @param env beside what this process has. */
  private constructor(name: string, config: Report, env: Readonly<Record<string, string>>) {
    this.#name = name;
    const script = fileURLToPath(new URL(`processes/${name}.js`, import.meta.url));
    this.#process = spawn(process.execPath, [script, JSON.stringify(config)], {
      detached: true,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#process.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-STDERR_KEPT);
    });
    this.#process.on('message', (message: unknown) => {
      if (typeof message === 'object' && message !== null) this.#reports.push({ ...message });
      this.#heard();
    });
    this.#ended = once(this.#process, 'close').then(
      () => this.#over(),
      () => this.#over(),
    );
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

  get pid(): number {
    return this.#process.pid ?? 0;
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
    const deadline = performance.now() + REPORT_WITHIN_MS;
    for (;;) {
      const report = this.#reports.shift();
      if (report) return report;
      if (this.#isEnded)
        throw new ProvingError(
          'PROVING_APP_FAILED',
          `${this.#name} ended by itself:\n${this.#stderr.trim()}`,
        );
      const leftMs = deadline - performance.now();
      if (leftMs <= 0)
        throw new ProvingError(
          'PROVING_STALLED',
          `${this.#name} has reported nothing for ${REPORT_WITHIN_MS} ms`,
        );
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#heard = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Ends it and waits for its end. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }

  #over(): void {
    this.#isEnded = true;
    this.#heard();
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
