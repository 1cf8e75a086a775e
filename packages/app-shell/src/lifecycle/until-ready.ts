import { type RetryOptions, withRetry } from '@redis-to-mongo/pipeline';
import type { Logger } from '../log/logger.js';

const RETRY: RetryOptions = {
  ...{ leastMs: 200, baseMs: 500, capMs: 5_000 },
  forMs: Number.POSITIVE_INFINITY,
};

/** Options for untilReady. */
export interface UntilReadyOptions {
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Called with each failure. */
  readonly onTrouble?: (error: unknown) => void;
  /** Whether retrying is useless. Then the error is thrown. */
  readonly isFinal?: (error: unknown) => boolean;
}

/**
 * Repeats the work until it succeeds, because a server may start later than the app. Logs what it waits for,
 * and why.
 */
export async function untilReady<T>(
  what: string,
  run: () => Promise<T>,
  { logger, signal, onTrouble, isFinal }: UntilReadyOptions,
): Promise<T> {
  return await withRetry(run, {
    ...RETRY,
    signal,
    isWorthIt: (error) => isFinal?.(error) !== true,
    onRetry: (error) => {
      onTrouble?.(error);
      logger.error(`waiting for ${what}`, { error });
    },
  });
}
