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
/** Jobs that are tried have failed when so many keys were refused, and for so long, in ms, none was done. */
const STRIKES = 10;
const FRUITLESS_MS = 3_000;
/** A key that was refused is tried again within this time, in ms, here or by another worker. */
const QUIET_MS = 60_000;
/** Keys that are remembered as refused. */
const MOST_KEYS = 1_000;

/**
 * Stops the pulling of jobs while a setting is wrong (credentials, privileges, a full disk), says why once, and continues by
 * itself.
 *
 *     working ──refused──▶ paused ──the servers answer──▶ trying
 *        ▲                   ▲                             │  │
 *        │                   └──refused, and nothing done──┘  │
 *        └──what was refused is done, or not refused again────┘
 *
 * A server that answers need not take what it has refused: a write to one collection, one command. Only jobs show that, so they are
 * tried. While some of them are done, those that are refused fail one by one, and hold up no other.
 */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions;
  readonly #refused = new Set<string>();
  #state: 'working' | 'paused' | 'trying' = 'working';
  #reason: SyncError | undefined;
  #attempt = 0;
  #strikes = 0;
  #strikeAt = 0;
  #doneAt = 0;
  #hasReported = false;
  #jobs: PulledJobs | undefined;

  constructor(options: CircuitBreakerOptions) {
    this.#options = options;
  }

  /** Why no jobs are pulled, or none of those that are tried is done; `undefined` while some are. */
  get reason(): SyncError | undefined {
    return this.#reason;
  }

  /** Names what is paused: before, no job can have met an error. */
  controls(jobs: PulledJobs): void {
    this.#jobs = jobs;
  }

  /**
   * An error of class configuration was met.
   * @param key the key whose work met it; without, no job can be had at all.
   * @returns whether it is the key's own, since others are done.
   */
  trip(error: SyncError, key?: string): boolean {
    const { logger } = this.#options;
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

  /** Work on a key is done. */
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
    const { logger, signal, probe } = this.#options;
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

  /** What was refused may be done by others by now, or be gone. */
  async #untilQuiet(attempt: number): Promise<void> {
    const { signal } = this.#options;
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
    this.#options.logger.info('continuing: source, queue and target answer again');
  }
}

async function succeeds(probe: () => Promise<void>): Promise<boolean> {
  return await probe().then(
    () => true,
    () => false,
  );
}
