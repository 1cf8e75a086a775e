import { setTimeout as sleep } from 'node:timers/promises';
import { isTransient } from './sync-error.js';

/** Waits and limits of retries. */
export interface RetryOptions {
  /** The first wait is between 0 and this, in ms. */
  readonly baseMs: number;
  /** No wait is longer than this, in ms. */
  readonly capMs: number;
  /**
   * Gives up with the last error if the next retry would be more than this many ms after the first attempt.
   */
  readonly forMs: number;
  /** Added to each wait, in ms; default 0. */
  readonly leastMs?: number;
  readonly signal?: AbortSignal;
  /** Whether an error is worth a retry; default: isTransient. */
  readonly isWorthIt?: (error: unknown) => boolean;
  /** Called for each failed attempt that will be retried. */
  readonly onRetry?: (error: unknown, attempt: number, waitMs: number) => void;
  /** Called at the end, in success or failure, if there was a retry. */
  readonly onEnd?: () => void;
}

/**
 * The wait before retry number `attempt` (from 1), in ms: exponential, capped, with full jitter (a random
 * share of the whole), so that many workers do not return at the same time.
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
 * Calls `run` until it succeeds, while its error is worth a retry and time is left. Any other error is thrown
 * immediately. An abort ends the wait and throws the last error.
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
