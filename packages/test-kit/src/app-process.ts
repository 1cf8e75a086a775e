import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { inject } from 'vitest';

/**
 * The path of a built file, by its path in the checkout, such as
 * `apps/worker/dist/main.js`. See built-apps-setup.ts.
 */
export function builtApp(path: string): string {
  return join(inject('builtApps'), path);
}

export const SCHEDULER = 'apps/scheduler/dist/main.js';
export const WORKER = 'apps/worker/dist/main.js';
/**
 * A worker that kills itself: at the nth time that it reaches a step (DIE_AT="step:n"), or when it
 * works on a key (POISON=key).
 */
export const DYING_WORKER = 'packages/test-kit/src/dying-worker.js';

export interface AppProcess {
  readonly process: ChildProcess;
  /** Its output so far. */
  output(): string;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  kill(signal: NodeJS.Signals): void;
  /** Sends SIGTERM, and waits until the process has ended. Returns its exit code. */
  stop(): Promise<number | null>;
}

/** Starts a built app, named as in builtApp. It inherits only PATH and HOME from the shell's environment. */
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
