import type { RetryOptions } from '@redis-to-mongo/pipeline';

/** The retries of transient errors before an action gives up. */
export const RETRY: RetryOptions = { baseMs: 100, capMs: 2_000, forMs: 20_000 };
