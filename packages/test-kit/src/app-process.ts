import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const script = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export const SCHEDULER = script('../../../apps/scheduler/dist/main.js');
export const WORKER = script('../../../apps/worker/dist/main.js');
/** A worker that ends itself: DIE_AT="step:n" when it reaches a step for the n-th time, POISON=key when it has that key. */
export const DYING_WORKER = script('./dying-worker.mjs');

export interface AppProcess {
  readonly process: ChildProcess;
  /** What it has printed so far. */
  output(): string;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<number | null>;
}

/** Starts a built app; nothing of the shell's environment leaks in. */
export function startApp(main: string, env: Readonly<Record<string, string>>): AppProcess {
  const child = spawn(process.execPath, [main], {
    cwd: script('.'),
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      LOG_FORMAT: 'json',
      LOG_LEVEL: 'debug',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
    });
  const ended = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
  return {
    process: child,
    output: () => output,
    ended,
    kill: (signal) => void child.kill(signal),
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGCONT');
        child.kill('SIGTERM');
      }
      return (await ended).code;
    },
  };
}
