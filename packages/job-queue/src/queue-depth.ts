/** Counts of the jobs and due keys in the queue at one moment. */
export interface QueueDepth {
  /** Jobs that wait for a worker, or for a paused queue to be resumed. */
  readonly waiting: number;
  /** Jobs that are running. */
  readonly active: number;
  /** Jobs that are due later: each job scheduler's next job, and retries. */
  readonly delayed: number;
  /** Failed jobs that are kept for inspection. */
  readonly failed: number;
  /** Keys with a request after which no run has begun and ended well. */
  readonly due: number;
  /** Age of the oldest open request, in ms; 0 if there is none. */
  readonly dueMs: number;
  /**
   * The same, without keys whose last run failed after the request: those are tried again and again. Keys that
   * fail count only if all of the 100 oldest do.
   */
  readonly untriedMs: number;
}
