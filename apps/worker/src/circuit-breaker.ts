import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@redis-to-mongo/app-shell';
import { backoffMs, type SyncError } from '@redis-to-mongo/pipeline';

export interface CircuitBreakerOptions {
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Throws while source, queue or target can't be used. */
  readonly probe: () => Promise<void>;
}

/** The puller of jobs. */
export interface PulledJobs {
  pause(): Promise<void>;
  resume(): void;
}

const BACKOFF = { baseMs: 2_000, capMs: 30_000 } as const;

/**
 * Stops the pulling of jobs while a setting is wrong (credentials, privileges, a full disk), says why, and continues by
 * itself once it is fixed: after a probe that succeeds, jobs are pulled again; should they fail the same way, it
 * pauses again with a longer wait.
 */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions;
  #reason: SyncError | undefined;
  #attempt = 0;
  #jobs: PulledJobs | undefined;

  constructor(options: CircuitBreakerOptions) {
    this.#options = options;
  }

  /** Why no jobs are pulled, while that is so. */
  get reason(): SyncError | undefined {
    return this.#reason;
  }

  /** Names what is paused: before, no job can have met an error. */
  controls(jobs: PulledJobs): void {
    this.#jobs = jobs;
  }

  /** A job met an error of class configuration. */
  trip(error: SyncError): void {
    if (this.#reason) return;
    this.#reason = error;
    this.#options.logger.error('paused until the configuration is fixed', { error });
    void this.#recover();
  }

  /** A job went well. */
  succeeded(): void {
    this.#attempt = 0;
  }

  async #recover(): Promise<void> {
    const { logger, signal, probe } = this.#options;
    try {
      await this.#jobs?.pause();
      for (;;) {
        const waitMs = BACKOFF.baseMs / 2 + backoffMs(++this.#attempt, BACKOFF);
        await sleep(waitMs, undefined, { signal });
        if (await succeeds(probe)) break;
      }
      this.#reason = undefined;
      logger.info('continuing: source, queue and target answer again');
      this.#jobs?.resume();
    } catch (error) {
      if (!signal.aborted) logger.error('the worker could not be resumed', { error });
    }
  }
}

async function succeeds(probe: () => Promise<void>): Promise<boolean> {
  return await probe().then(
    () => true,
    () => false,
  );
}
