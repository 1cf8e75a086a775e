import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@redis-to-mongo/app-shell';
import { forgetGoneKeys, markGoneKeys } from '@redis-to-mongo/mongo-sink';
import type { RuleBook } from '@redis-to-mongo/pipeline';

type Database = Parameters<typeof forgetGoneKeys>[0];

export interface ForgetOptions {
  readonly db: Database;
  readonly rules: RuleBook;
  /** How long a deleted key is kept, in ms; 0: forever. Called before each pass. */
  readonly keepMs: () => number;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Bounds of the time between two passes, in ms. It is a quarter of the time that deleted keys are kept. */
const SHORTEST = 500;
const LONGEST = 60_000;

/**
 * Regularly removes keys from MongoDB that were deleted long ago, until the signal aborts. Every worker does
 * this independently.
 */
export async function forgetLoop({ db, rules, keepMs, logger, signal }: ForgetOptions): Promise<void> {
  let isMarked = false;
  while (!signal.aborted) {
    const keep = keepMs();
    let isMore = false;
    if (keep > 0)
      try {
        if (!isMarked) await markGoneKeys(db);
        isMarked = true;
        const pass = await forgetGoneKeys(db, new Date(Date.now() - keep), rules.rules);
        if (pass.forgotten > 0)
          logger.info('deleted keys were removed from MongoDB', { keys: pass.forgotten });
        isMore = pass.isMore;
      } catch (error) {
        if (!signal.aborted)
          logger.warn('deleted keys could not be removed from MongoDB; this is retried', { error });
      }
    const pause = Math.min(LONGEST, Math.max(SHORTEST, keep / 4));
    // Random, so that workers do not all run at the same time.
    const wait = isMore ? 0 : keep > 0 ? pause * (0.5 + Math.random()) : LONGEST;
    await sleep(wait, undefined, { signal }).catch(() => {});
  }
}
