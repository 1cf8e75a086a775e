import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.js';
import { LocalStackError, messageOf } from './local-stack-error.js';
import type { SupervisedProcess, Supervisor } from './supervisor.js';

export interface Launch {
  /** For messages, such as `redis-server 7.0.15 from PATH`. */
  readonly kind: string;
  readonly command: string;
  readonly argsFor: (port: number) => readonly string[];
  readonly dataDir: string;
  readonly logFile: string;
  /** Rejects until the server with this pid answers on the port. */
  readonly answers: (port: number, pid: number) => Promise<void>;
  /** Time for the server to answer, in ms. */
  readonly deadlineMs: number;
}

export interface ManagedServer {
  readonly port: number;
  /** `undefined` while the server is down, and for a server that was given. */
  readonly pid: number | undefined;
  /** Name, version and origin, such as `redis-server 7.0.15 from PATH`. */
  readonly kind: string;
  /** Sends SIGKILL, and waits until the server has ended. Its data stays, so `restart` brings it back. */
  kill(): Promise<void>;
  /** Stops the server if it runs (SIGTERM), then starts it with the same port and data. */
  restart(): Promise<void>;
  /**
   * Stops the server for good (SIGTERM, SIGKILL after 10 s), and removes its data
   * unless the directory was given.
   */
  stop(): Promise<void>;
}

const portAttempts = 10;

/**
 * Starts a server on a free port, and waits until it answers.
 *
 * @throws LocalStackError `LOCAL_STACK_NO_ANSWER` with the end of the server's log, if it
 * ends or does not answer in time
 */
export async function startManagedServer(supervisor: Supervisor, launch: Launch): Promise<ManagedServer> {
  let { port, server } = await startOnAnyPort(supervisor, launch);
  let stopped = false;
  return {
    port,
    kind: launch.kind,
    get pid() {
      return server.isRunning() ? server.pid : undefined;
    },
    kill: async () => {
      server.signal('SIGKILL');
      await server.ended;
    },
    restart: async () => {
      if (stopped) {
        throw new LocalStackError(
          'LOCAL_STACK_STOPPED',
          `${launch.kind} was stopped for good; use kill() before restart()`,
        );
      }
      await supervisor.end();
      server = await startOnThisPort(supervisor, launch, port);
    },
    stop: async () => {
      stopped = true;
      await supervisor.close();
    },
  };
}

async function startOnAnyPort(supervisor: Supervisor, launch: Launch) {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    try {
      return { port, server: await startOnce(supervisor, launch, port) };
    } catch (error) {
      if (attempt === portAttempts || !(error instanceof PortTaken)) throw error;
    }
  }
}

async function startOnThisPort(supervisor: Supervisor, launch: Launch, port: number) {
  const deadline = Date.now() + launch.deadlineMs;
  for (;;) {
    try {
      return await startOnce(supervisor, launch, port);
    } catch (error) {
      if (Date.now() > deadline || !(error instanceof PortTaken)) throw error;
      await delay(100);
    }
  }
}

/** The server ended because another process listens on its port. */
class PortTaken extends LocalStackError {}

async function startOnce(supervisor: Supervisor, launch: Launch, port: number): Promise<SupervisedProcess> {
  const logStart = await sizeOf(launch.logFile);
  const server = await supervisor.start({
    command: launch.command,
    args: launch.argsFor(port),
    cwd: launch.dataDir,
    logFile: launch.logFile,
  });
  const deadline = Date.now() + launch.deadlineMs;
  let problem: unknown;
  while (server.isRunning() && Date.now() < deadline) {
    try {
      await launch.answers(port, server.pid);
      return server;
    } catch (error) {
      problem = error;
    }
    await Promise.race([server.ended, delay(20)]);
  }
  const ended = server.isRunning() ? undefined : await server.ended;
  await supervisor.end();
  throw await silence(launch, port, logStart, ended, problem);
}

async function silence(
  launch: Launch,
  port: number,
  logStart: number,
  ended: { code: number | null; signal: string | null } | undefined,
  problem: unknown,
): Promise<LocalStackError> {
  const log = await tail(launch.logFile, logStart);
  const what =
    ended === undefined
      ? `did not answer within ${launch.deadlineMs} ms (${messageOf(problem)})`
      : `ended with ${ended.signal ?? `code ${ended.code}`} before it answered`;
  const message = `${launch.kind} on 127.0.0.1:${port} ${what}. Its log ends with:\n${log}`;
  const kind = /address (is )?already in use/i.test(log) ? PortTaken : LocalStackError;
  return new kind('LOCAL_STACK_NO_ANSWER', message, { cause: problem });
}

async function sizeOf(path: string): Promise<number> {
  const file = await open(path, 'a');
  try {
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

/** The log from `start` on, but at most its last 2,000 bytes. */
async function tail(path: string, start: number): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const from = Math.max(start, size - 2_000);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    return buffer.toString('utf8', 0, bytesRead).trimEnd() || '(empty)';
  } finally {
    await file.close();
  }
}
