import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '@redis-to-mongo/pipeline';
import type { Logger } from '../log/logger.js';

const BACKOFF = { baseMs: 500, capMs: 5_000 } as const;

export interface UntilReadyOptions {
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Told of each failure. */
  readonly onTrouble?: (error: unknown) => void;
  /** Whether there is no use in trying again: then it is thrown. */
  readonly isFinal?: (error: unknown) => boolean;
}

/** Tries until it succeeds, since a server may come up after the app; says what it waits for, and why. */
export async function untilReady<T>(
  what: string,
  run: () => Promise<T>,
  { logger, signal, onTrouble, isFinal }: UntilReadyOptions,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      if (signal.aborted || isFinal?.(error)) throw error;
      onTrouble?.(error);
      logger.error(`waiting for ${what}`, { error });
      await sleep(200 + backoffMs(attempt, BACKOFF), undefined, { signal });
    }
  }
}
