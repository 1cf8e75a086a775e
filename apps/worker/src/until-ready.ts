import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@redis-to-mongo/app-shell';
import { backoffMs } from '@redis-to-mongo/pipeline';

const BACKOFF = { baseMs: 500, capMs: 5_000 } as const;

/** Tries until it succeeds, since a server may come up after the worker; says what it waits for, and why. */
export async function untilReady<T>(
  what: string,
  run: () => Promise<T>,
  { logger, signal, onTrouble }: { logger: Logger; signal: AbortSignal; onTrouble: (error: unknown) => void },
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      if (signal.aborted) throw error;
      onTrouble(error);
      logger.error(`waiting for ${what}`, { error });
      await sleep(200 + backoffMs(attempt, BACKOFF), undefined, { signal });
    }
  }
}
