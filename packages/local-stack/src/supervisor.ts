import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { LocalStackError } from './local-stack-error.js';

/** How a supervised process ended: an exit code, or the signal that ended it. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface SupervisedProcess {
  readonly pid: number;
  /** Fulfilled when the process has ended; never rejected. */
  readonly ended: Promise<ProcessEnd>;
  isRunning(): boolean;
  /** Sends a signal; does nothing if the process has ended. */
  signal(signal: 'SIGTERM' | 'SIGKILL'): void;
}

export interface StartRequest {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The process's output is appended here. */
  readonly logFile: string;
}

type Report = { readonly id: number } & (
  | { type: 'started'; pid: number }
  | { type: 'failed'; message: string }
  | { type: 'exited'; code: number | null; signal: string | null }
);

const stopMs = 10_000;

/** Runs a start with a new supervisor, and closes the supervisor if the start fails. */
export async function supervised<T>(start: (supervisor: Supervisor) => Promise<T>): Promise<T> {
  const supervisor = new Supervisor();
  try {
    return await start(supervisor);
  } catch (error) {
    await supervisor.close();
    throw error;
  }
}

/** Starts and restarts one server. The server ends with this process, even if this process is killed. */
export class Supervisor {
  readonly #process = SupervisorProcess.use();
  readonly #removals: string[] = [];
  #server: SupervisedProcess | undefined;
  #isClosed = false;

  /** Starts the server. An earlier one must have ended. */
  async start(request: StartRequest): Promise<SupervisedProcess> {
    this.#server = await this.#process.start(request);
    return this.#server;
  }

  /** Registers a directory to remove at the end, after the server has ended. */
  removeAtEnd(path: string): void {
    this.#removals.push(path);
    this.#process.removeAtEnd(path);
  }

  /** Stops the server if it runs: SIGTERM, SIGKILL after 10 s. */
  async end(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    server.signal('SIGTERM');
    const timer = setTimeout(() => server.signal('SIGKILL'), stopMs);
    await server.ended;
    clearTimeout(timer);
  }

  /** Stops the server for good, and removes the directories. */
  async close(): Promise<void> {
    await this.end();
    for (const path of this.#removals) await rm(path, { recursive: true, force: true, maxRetries: 3 });
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#process.release();
  }
}

/**
 * The supervisor process for all servers of this process; see supervisor.mjs. It
 * lives as long as it has users.
 */
class SupervisorProcess {
  static #current: SupervisorProcess | undefined;
  readonly #child: ChildProcess;
  readonly #gone: Promise<unknown>;
  readonly #reports = new Map<number, (report: Report) => void>();
  #starts = 0;
  #users = 0;

  /** Returns the running supervisor process, or a new one if there is none or it was killed. */
  static use(): SupervisorProcess {
    const last = SupervisorProcess.#current;
    const current = last?.isThere ? last : new SupervisorProcess();
    SupervisorProcess.#current = current;
    current.#users += 1;
    return current;
  }

  /** Starts the supervisor in its own session, so Ctrl-C does not reach the servers. */
  private constructor() {
    const { NODE_OPTIONS: _, ...env } = process.env;
    this.#child = fork(fileURLToPath(new URL('../supervisor.mjs', import.meta.url)), [], {
      cwd: tmpdir(),
      detached: true,
      env,
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#gone = once(this.#child, 'exit').catch(() => undefined);
    this.#child.setMaxListeners(0);
    this.#child.on('message', (report: unknown) => {
      if (isReport(report)) this.#reports.get(report.id)?.(report);
    });
  }

  get isThere(): boolean {
    return this.#child.connected;
  }

  /** Ends the supervisor process after its last user. */
  async release(): Promise<void> {
    this.#users -= 1;
    if (this.#users > 0) return;
    if (this.isThere) this.#child.disconnect();
    await this.#gone;
  }

  removeAtEnd(path: string): void {
    this.#send({ type: 'remove', path });
  }

  async start(request: StartRequest): Promise<SupervisedProcess> {
    const child = this.#child;
    if (!this.isThere) throw supervisorGone();
    const id = ++this.#starts;
    return await new Promise((resolve, reject) => {
      let pid: number | undefined;
      let isRunning = true;
      let onEnd: (how: ProcessEnd) => void = () => {};
      const ended = new Promise<ProcessEnd>((done) => {
        onEnd = done;
      });
      const end = (how: ProcessEnd) => {
        isRunning = false;
        this.#reports.delete(id);
        child.off('exit', onGone);
        onEnd(how);
      };
      const onReport = (report: Report) => {
        if (report.type === 'exited') return end({ code: report.code, signal: report.signal });
        if (report.type === 'failed') {
          end({ code: null, signal: null });
          return reject(
            new LocalStackError('LOCAL_STACK_COMMAND_FAILED', `could not start: ${report.message}`),
          );
        }
        pid = report.pid;
        const signal = (name: 'SIGTERM' | 'SIGKILL') => {
          if (isRunning) this.#send({ type: 'signal', id, signal: name });
        };
        resolve({ pid, ended, isRunning: () => isRunning, signal });
      };
      // The supervisor was killed, so this process must end the server.
      const onGone = () => {
        if (pid === undefined) reject(supervisorGone());
        else killIfThere(pid);
        end({ code: null, signal: 'SIGKILL' });
      };
      this.#reports.set(id, onReport);
      child.once('exit', onGone);
      this.#send({ type: 'start', id, ...request });
    });
  }

  #send(message: object): void {
    if (this.isThere) this.#child.send(message);
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // The server has already ended.
  }
}

function supervisorGone(): LocalStackError {
  return new LocalStackError(
    'LOCAL_STACK_SUPERVISOR',
    'the server is closed, or its supervisor process was killed; start a new one',
  );
}

function isReport(message: unknown): message is Report {
  return typeof message === 'object' && message !== null && 'type' in message && 'id' in message;
}
