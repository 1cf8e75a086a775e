import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@redis-to-mongo/app-shell';
import { backoffMs, type SyncError } from '@redis-to-mongo/pipeline';

export interface CircuitBreakerOptions {
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Throws while source, queue or target cannot be used. */
  readonly probe: () => Promise<void>;
}

/** The part of JobWorker that is paused and resumed. */
export interface PulledJobs {
  pause(): Promise<void>;
  resume(): void;
}

const BACKOFF = { baseMs: 2_000, capMs: 30_000 } as const;
/**
 * The trial has failed when at least STRIKES keys in a row were refused, and no key was done for
 * FRUITLESS_MS.
 */
const STRIKES = 10;
const FRUITLESS_MS = 3_000;
/** A refused key is retried within this time, in ms, by this worker or another one. */
const QUIET_MS = 60_000;
/** Maximum number of remembered refused keys. */
const MOST_KEYS = 1_000;

/**
 * Stops pulling jobs while a setting is wrong (credentials, privileges, a full disk), reports the reason
 * once, and continues by itself.
 *
 *     working ──refused──▶ paused ──the servers answer──▶ trying
 *        ▲                   ▲                             │  │
 *        │                   └──refused, and nothing done──┘  │
 *        └──a refused key is done, or no key refused again────┘
 *
 * A server that answers may still refuse some writes or commands, for example to one collection. Only jobs
 * can show that, so jobs are tried. While some keys succeed, refused keys fail one by one, and do not stop
 * the others.
 */
export class CircuitBreaker {
  readonly #refused = new Set<string>();
  #state: 'working' | 'paused' | 'trying' = 'working';
  #reason: SyncError | undefined;
  #attempt = 0;
  #strikes = 0;
  #strikeAt = 0;
  #doneAt = 0;
  #hasReported = false;
  #jobs: PulledJobs | undefined;

  constructor(private readonly options: CircuitBreakerOptions) {}

  /** Why no jobs are pulled, or why no tried key succeeds; `undefined` otherwise. */
  get reason(): SyncError | undefined {
    return this.#reason;
  }

  /** Sets the puller to pause. Call it before the first job runs. */
  controls(jobs: PulledJobs): void {
    this.#jobs = jobs;
  }

  /**
   * Reports an error of class `configuration`.
   * @param key the key whose work failed; undefined if no job can be pulled at all.
   * @returns whether the error concerns only this key, because other keys succeed.
   */
  trip(error: SyncError, key?: string): boolean {
    const { logger } = this.options;
    if (key !== undefined && this.#refused.size < MOST_KEYS) this.#refused.add(key);
    this.#strikeAt = performance.now();
    if (this.#state === 'working') {
      logger.error('paused until the configuration is fixed', { error });
      this.#pause(error);
    }
    if (this.#state === 'paused') return false;
    const isFruitless = ++this.#strikes >= STRIKES && this.#strikeAt - this.#doneAt > FRUITLESS_MS;
    if (isFruitless || key === undefined) {
      logger.debug('paused again: jobs are still refused', { error });
      this.#pause(error);
      return false;
    }
    if (this.#reason) return false;
    if (!this.#hasReported) logger.error('some keys are still refused; the others continue', { key, error });
    this.#hasReported = true;
    return true;
  }

  /** Reports that work on a key succeeded. */
  succeeded(key: string): void {
    if (this.#state !== 'trying') return;
    this.#doneAt = performance.now();
    this.#strikes = 0;
    this.#reason = undefined;
    if (this.#refused.delete(key)) this.#continue();
  }

  #pause(reason: SyncError): void {
    this.#state = 'paused';
    this.#reason = reason;
    void this.#recover();
  }

  async #recover(): Promise<void> {
    const { logger, signal, probe } = this.options;
    try {
      await this.#jobs?.pause();
      do await sleep(BACKOFF.baseMs / 2 + backoffMs(++this.#attempt, BACKOFF), undefined, { signal });
      while (!(await succeeds(probe)));
      this.#state = 'trying';
      this.#strikes = 0;
      this.#doneAt = this.#strikeAt = performance.now();
      if (this.#refused.size === 0) this.#continue();
      this.#jobs?.resume();
      await this.#untilQuiet(this.#attempt);
    } catch (error) {
      if (!signal.aborted) logger.error('the worker could not be resumed', { error });
    }
  }

  /**
   * Continues when no key was refused for QUIET_MS: refused keys may have been done by other workers, or be
   * gone.
   */
  async #untilQuiet(attempt: number): Promise<void> {
    const { signal } = this.options;
    while (this.#state === 'trying' && this.#attempt === attempt) {
      const leftMs = this.#strikeAt + QUIET_MS - performance.now();
      if (leftMs <= 0) this.#continue();
      else await sleep(leftMs, undefined, { signal });
    }
  }

  #continue(): void {
    this.#state = 'working';
    this.#reason = undefined;
    this.#attempt = 0;
    this.#refused.clear();
    this.#hasReported = false;
    this.options.logger.info('continuing: source, queue and target answer again');
  }
}

async function succeeds(probe: () => Promise<void>): Promise<boolean> {
  return await probe().then(
    () => true,
    () => false,
  );
}
