import { setTimeout as sleep } from 'node:timers/promises';
import { isTransient } from './sync-error.js';

/** Waits and limits of repeated tries. */
export interface RetryOptions {
  /** The first wait is between 0 and this, in ms. */
  readonly baseMs: number;
  /** No wait is longer than this, in ms. */
  readonly capMs: number;
  /** Gives up, with the last error, once this many ms have passed since the first try. */
  readonly forMs: number;
  /** Added to each wait, in ms; default 0. */
  readonly leastMs?: number;
  readonly signal?: AbortSignal;
  /** Which errors are worth another try; default isTransient. */
  readonly isWorthIt?: (error: unknown) => boolean;
  /** Called with every failed try that will be repeated. */
  readonly onRetry?: (error: unknown, attempt: number, waitMs: number) => void;
  /** Called when what was repeated has ended, well or not. */
  readonly onEnd?: () => void;
}

/**
 * The wait before try number `attempt` (1 for the first repeat), in ms: exponential, capped, with full jitter
 * (a random share of the whole), so that many workers do not return all at once.
 * Source: https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
 */
export function backoffMs(
  attempt: number,
  options: Pick<RetryOptions, 'baseMs' | 'capMs'>,
  random = Math.random,
): number {
  return random() * Math.min(options.capMs, options.baseMs * 2 ** Math.min(attempt - 1, 30));
}

/**
 * Runs `run` until it succeeds, for as long as what it throws is worth another try and time is left.
 * Any other error is thrown at once. An abort ends the waiting and throws the last error.
 */
export async function withRetry<T>(run: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { leastMs = 0, isWorthIt = isTransient } = options;
  const until = performance.now() + options.forMs;
  let isRepeated = false;
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        return await run();
      } catch (error) {
        if (!isWorthIt(error)) throw error;
        const waitMs = leastMs + backoffMs(attempt, options);
        if (options.signal?.aborted || performance.now() + waitMs > until) throw error;
        isRepeated = true;
        options.onRetry?.(error, attempt, waitMs);
        await sleep(waitMs, undefined, options.signal ? { signal: options.signal } : {}).catch(() => {
          throw error;
        });
      }
    }
  } finally {
    if (isRepeated) options.onEnd?.();
  }
}
