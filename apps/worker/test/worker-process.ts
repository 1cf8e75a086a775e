import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FreshNamespace } from '@redis-to-mongo/local-stack';

const script = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export interface WorkerProcess {
  readonly process: ChildProcess;
  /** What it has printed so far. */
  output(): string;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<number | null>;
}

/** The environment of an app on a test file's own servers; nothing of the shell's leaks in. */
export function appEnv(
  namespace: FreshNamespace,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '',
    REDIS_URL: namespace.redis.url,
    MONGO_URI: namespace.mongoUri,
    MONGO_DB_NAME: namespace.mongoDbName,
    SYNC_INTERVAL_SEC: '0.5',
    // Half of the default, since many tests wait for what a dead worker held to be free.
    DEAD_AFTER_SEC: '5',
    LOG_FORMAT: 'json',
    ...(process.env.STREAM_PATH ? { STREAM_PATH: process.env.STREAM_PATH } : {}),
    ...more,
  };
}

/** Starts the built worker as a process; with `dieAt` ("step:n") the one that ends itself there. */
export function startWorker(env: Readonly<Record<string, string>>, dieAt?: string): WorkerProcess {
  const main = script(dieAt ? './fixtures/dying-worker.mjs' : '../dist/main.js');
  const child = spawn(process.execPath, [main], {
    cwd: script('.'),
    env: dieAt ? { ...env, DIE_AT: dieAt } : env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const ended = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
  return {
    process: child,
    output: () => output,
    ended,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      return (await ended).code;
    },
  };
}
