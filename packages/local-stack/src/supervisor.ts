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
  /** Sends a signal; does nothing when the process has ended. */
  signal(signal: 'SIGTERM' | 'SIGKILL'): void;
}

export interface StartRequest {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The process's output is appended here. */
  readonly logFile: string;
}

type Report =
  | { type: 'started'; pid: number }
  | { type: 'failed'; message: string }
  | { type: 'exited'; code: number | null; signal: string | null };

/** Starts something under a supervisor of its own, which ends at once where the start fails. */
export async function supervised<T>(start: (supervisor: Supervisor) => Promise<T>): Promise<T> {
  const supervisor = new Supervisor();
  try {
    return await start(supervisor);
  } catch (error) {
    await supervisor.close();
    throw error;
  }
}

/** Starts one process after the other; each ends with this one, whatever ends it: see supervisor.mjs. */
export class Supervisor {
  readonly #child: ChildProcess;
  readonly #gone: Promise<unknown>;
  readonly #removals: string[] = [];

  /** Starts the supervisor process, in a session of its own so that Ctrl-C does not reach the servers. */
  constructor() {
    const { NODE_OPTIONS: _, ...env } = process.env;
    this.#child = fork(fileURLToPath(new URL('../supervisor.mjs', import.meta.url)), [], {
      cwd: tmpdir(),
      detached: true,
      env,
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#gone = once(this.#child, 'exit').catch(() => undefined);
  }

  /** The process that was started before must have ended. */
  async start(request: StartRequest): Promise<SupervisedProcess> {
    const child = this.#child;
    if (!child.connected) throw supervisorGone();
    return await new Promise((resolve, reject) => {
      let pid: number | undefined;
      let isRunning = true;
      let onEnd: (how: ProcessEnd) => void = () => {};
      const ended = new Promise<ProcessEnd>((done) => {
        onEnd = done;
      });
      const end = (how: ProcessEnd) => {
        isRunning = false;
        child.off('message', onReport).off('exit', onGone);
        onEnd(how);
      };
      const onReport = (report: unknown) => {
        if (!isReport(report)) return;
        if (report.type === 'exited') return end({ code: report.code, signal: report.signal });
        if (report.type === 'failed') {
          end({ code: null, signal: null });
          return reject(
            new LocalStackError('LOCAL_STACK_COMMAND_FAILED', `could not start: ${report.message}`),
          );
        }
        pid = report.pid;
        const signal = (name: 'SIGTERM' | 'SIGKILL') => {
          if (isRunning && child.connected) child.send({ type: 'signal', signal: name });
        };
        resolve({ pid, ended, isRunning: () => isRunning, signal });
      };
      // The supervisor itself was killed: nobody else is left to end this server.
      const onGone = () => {
        if (pid === undefined) reject(supervisorGone());
        else killIfThere(pid);
        end({ code: null, signal: 'SIGKILL' });
      };
      child.on('message', onReport).once('exit', onGone);
      child.send({ type: 'start', ...request });
    });
  }

  /** Has the directory removed when the supervisor ends, after the server. */
  removeAtEnd(path: string): void {
    this.#removals.push(path);
    if (this.#child.connected) this.#child.send({ type: 'remove', path });
  }

  /** Ends the process (SIGTERM, SIGKILL after 5 s) and removes the directories. */
  async close(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.#gone;
    // A supervisor that was killed has left them.
    for (const path of this.#removals) await rm(path, { recursive: true, force: true, maxRetries: 3 });
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended as well.
  }
}

function supervisorGone(): LocalStackError {
  return new LocalStackError(
    'LOCAL_STACK_SUPERVISOR',
    'the server is closed, or its supervisor process was killed; start a new one',
  );
}

function isReport(message: unknown): message is Report {
  return typeof message === 'object' && message !== null && 'type' in message;
}
