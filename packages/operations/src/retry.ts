import type { RetryOptions } from '@redis-to-mongo/pipeline';

/** How transient errors are repeated before an action gives up. */
export const RETRY: RetryOptions = { baseMs: 100, capMs: 2_000, forMs: 20_000 };
