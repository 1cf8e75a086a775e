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

/** Starts processes that end with this one, whatever ends it: see supervisor.mjs. */
export interface Supervisor {
  start(request: StartRequest): Promise<SupervisedProcess>;
  /** Has the directory removed when the supervisor ends, after the last server. */
  removeAtEnd(path: string): void;
  /** Ends every process (SIGTERM, SIGKILL after 5 s) and removes the directories. */
  close(): Promise<void>;
}

/** What the parent keeps of one start: who waits for it, and how it ended. */
interface Slot {
  pid: number | undefined;
  end: ProcessEnd | undefined;
  readonly onStarted: (pid: number) => void;
  readonly onFailed: (error: LocalStackError) => void;
  readonly onEnded: (end: ProcessEnd) => void;
}

type Report =
  | { type: 'started'; id: number; pid: number }
  | { type: 'failed'; id: number; message: string }
  | { type: 'exited'; id: number; code: number | null; signal: string | null };

/** Starts something under a supervisor of its own, which `close` ends; it ends at once where the start fails. */
export async function supervised<T>(
  start: (supervisor: Supervisor, close: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const supervisor = openSupervisor();
  try {
    return await start(supervisor, () => supervisor.close());
  } catch (error) {
    await supervisor.close();
    throw error;
  }
}

/** Starts the supervisor process, in a session of its own so that Ctrl-C does not reach the servers. */
export function openSupervisor(): Supervisor {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = fork(fileURLToPath(new URL('../supervisor.mjs', import.meta.url)), [], {
    cwd: tmpdir(),
    detached: true,
    env,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const slots = new Map<number, Slot>();
  const removals: string[] = [];
  let lastId = 0;
  let gone = false;

  child.on('message', (message) => {
    if (isReport(message)) settle(slots, message);
  });
  const childExit = once(child, 'exit').catch(() => undefined);
  void childExit.then(() => {
    gone = true;
    for (const slot of slots.values()) abandon(slot);
  });

  return {
    start: (request) =>
      new Promise((resolve, reject) => {
        if (gone) return reject(supervisorGone());
        lastId += 1;
        slots.set(lastId, slotFor(lastId, child, resolve, reject));
        child.send({ type: 'start', id: lastId, ...request });
      }),
    removeAtEnd: (path) => {
      removals.push(path);
      if (!gone) child.send({ type: 'remove', path });
    },
    close: async () => {
      if (child.connected) child.disconnect();
      await childExit;
      // A supervisor that was killed has left them.
      for (const path of removals) await rm(path, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

function slotFor(
  id: number,
  child: ChildProcess,
  resolve: (started: SupervisedProcess) => void,
  reject: (error: LocalStackError) => void,
): Slot {
  let onEnded: (end: ProcessEnd) => void = () => {};
  const ended = new Promise<ProcessEnd>((done) => {
    onEnded = done;
  });
  const slot: Slot = {
    pid: undefined,
    end: undefined,
    onStarted: (pid) =>
      resolve({
        pid,
        ended,
        isRunning: () => slot.end === undefined,
        signal: (signal) => {
          if (slot.end === undefined && child.connected) child.send({ type: 'signal', id, signal });
        },
      }),
    onFailed: reject,
    onEnded,
  };
  return slot;
}

function settle(slots: Map<number, Slot>, report: Report): void {
  const slot = slots.get(report.id);
  if (slot === undefined) return;
  if (report.type === 'started') {
    slot.pid = report.pid;
    slot.onStarted(report.pid);
    return;
  }
  slots.delete(report.id);
  if (report.type === 'failed') {
    slot.onFailed(new LocalStackError('LOCAL_STACK_COMMAND_FAILED', `could not start: ${report.message}`));
    return;
  }
  slot.end = { code: report.code, signal: report.signal };
  slot.onEnded(slot.end);
}

/** The supervisor itself was killed: nobody else is left to end this server. */
function abandon(slot: Slot): void {
  if (slot.pid === undefined) {
    slot.onFailed(supervisorGone());
    return;
  }
  try {
    process.kill(slot.pid, 'SIGKILL');
  } catch {
    // It has ended as well.
  }
  slot.end = { code: null, signal: 'SIGKILL' };
  slot.onEnded(slot.end);
}

function supervisorGone(): LocalStackError {
  return new LocalStackError(
    'LOCAL_STACK_SUPERVISOR',
    'the local stack is closed, or its supervisor process was killed; start a new one',
  );
}

function isReport(message: unknown): message is Report {
  return typeof message === 'object' && message !== null && 'type' in message && 'id' in message;
}
