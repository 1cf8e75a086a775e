/** What the queue holds at one moment. */
export interface QueueDepth {
  /** Jobs that could run now and wait for a worker, or for a queue that is paused to continue. */
  readonly waiting: number;
  /** Jobs that run. */
  readonly active: number;
  /** Jobs that are due later: each key's next one, and those that wait to be tried again. */
  readonly delayed: number;
  /** Failed jobs that are kept for inspection. */
  readonly failed: number;
  /** Keys that were requested, and of which no run that began later has ended well. */
  readonly due: number;
  /** How long ago the first unanswered request of them was, in ms; 0 for none. */
  readonly dueMs: number;
}
