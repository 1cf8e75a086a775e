import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Logger } from '@redis-to-mongo/app-shell';
import type { ProcessPlan } from './plan-fleet.js';
import { afterEnd, STEADY_MS } from './restart-policy.js';

interface Surroundings {
  readonly logger: Logger;
  readonly write: (stream: 'stdout' | 'stderr', line: string) => void;
  /** Called when the process is not restarted. The fleet must then end. */
  readonly onGivenUp: (why: string, isConfiguration: boolean) => void;
}

/** Keeps one process running until it is stopped. */
export class SupervisedProcess {
  #child: ChildProcess | undefined;
  #ended: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #quickEnds = 0;
  #isStopping = false;

  constructor(
    private readonly plan: ProcessPlan,
    private readonly surroundings: Surroundings,
  ) {}

  /** Starts the process, and restarts it when it ends by itself. */
  start(): void {
    const { file, args, env, hasTerminal } = this.plan;
    const { write } = this.surroundings;
    const since = performance.now();
    // The child has its own process group, so Ctrl-C reaches it only through this supervisor. If the
    // supervisor dies, the child sees the channel close.
    const child = spawn(process.execPath, [...process.execArgv, file, ...args], {
      env: { ...process.env, ...env },
      detached: true,
      stdio: ['ignore', 'pipe', hasTerminal ? 'inherit' : 'pipe', 'ipc'],
    });
    this.#child = child;
    for (const stream of ['stdout', 'stderr'] as const) {
      const input = child[stream];
      if (input) createInterface({ input }).on('line', (line) => write(stream, line));
    }
    child.on('error', (error) => write('stderr', error.message));
    this.#ended = once(child, 'close').catch(() => undefined);
    child.on('close', (code, signal) => {
      this.#child = undefined;
      if (!this.#isStopping) this.#onEnd(code, signal, performance.now() - since);
    });
  }

  /** Sends a signal to the process. */
  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Stops the process, and waits for its end. After `withinMs` it is killed. */
  async stop(withinMs: number): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#timer);
    const force = setTimeout(() => this.#child?.kill('SIGKILL'), withinMs);
    this.#child?.kill('SIGTERM');
    await this.#ended;
    clearTimeout(force);
  }

  /** Kills the process, because the supervisor is ending. */
  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  #onEnd(code: number | null, signal: NodeJS.Signals | null, ranMs: number): void {
    const { logger, onGivenUp } = this.surroundings;
    const { name } = this.plan;
    this.#quickEnds = ranMs < STEADY_MS ? this.#quickEnds + 1 : 1;
    const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
    const next = afterEnd(code, this.#quickEnds);
    if ('giveUp' in next) {
      onGivenUp(`${name} ${how}; ${next.giveUp}`, next.isConfiguration);
      return;
    }
    logger.error(`${name} ${how}; it is started again`, { inMs: next.restartInMs });
    this.#timer = setTimeout(() => this.start(), next.restartInMs);
  }
}
