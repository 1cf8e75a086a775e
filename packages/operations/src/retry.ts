import { type RetryOptions, SyncError } from '@redis-to-mongo/pipeline';

/** The retries of transient errors before an action gives up. */
export const RETRY: RetryOptions = { baseMs: 100, capMs: 2_000, forMs: 20_000 };

/** Retries only if the source was demoted or restarted during a read: see sameServer. */
export const REREAD: RetryOptions = {
  ...RETRY,
  isWorthIt: (error) => error instanceof SyncError && /^REDIS_(READONLY|SERVER_CHANGED)$/.test(error.code),
};
