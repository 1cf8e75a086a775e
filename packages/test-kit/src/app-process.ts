import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { inject } from 'vitest';

/** A file that is started, by its path in the checkout, as in `apps/worker/dist/main.js`. See built-apps-setup.ts. */
export function builtApp(path: string): string {
  return join(inject('builtApps'), path);
}

export const SCHEDULER = 'apps/scheduler/dist/main.js';
export const WORKER = 'apps/worker/dist/main.js';
/** A worker that ends itself: DIE_AT="step:n" when it reaches a step for the n-th time, POISON=key when it has that key. */
export const DYING_WORKER = 'packages/test-kit/src/dying-worker.js';

export interface AppProcess {
  readonly process: ChildProcess;
  /** What it has printed so far. */
  output(): string;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<number | null>;
}

/** Starts a built app, named as builtApp takes it; nothing of the shell's environment leaks in. */
export function startApp(main: string, env: Readonly<Record<string, string>>): AppProcess {
  const child = spawn(process.execPath, [builtApp(main)], {
    cwd: inject('builtApps'),
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
