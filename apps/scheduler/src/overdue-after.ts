/** The facts that decide whether keys are requested again. */
export interface QueueLoad {
  readonly waiting: number;
  readonly due: number;
  /** Live workers; only used while jobs wait. */
  readonly workers: number;
}

/**
 * A key that has been due for this long, in ms, is requested again: `idle` while no job waits, `busy` while
 * jobs wait.
 */
const OVERDUE_MS = { idle: 3_000, busy: 60_000 } as const;

/**
 * For how long a key must have been due to be requested again, in ms; `undefined` if no key is. While jobs
 * wait, due keys likely have one of them: workers are behind, or there are none.
 */
export function overdueAfterMs({ waiting, due, workers }: QueueLoad): number | undefined {
  if (due === 0 || (waiting > 0 && workers === 0)) return undefined;
  return waiting > 0 ? OVERDUE_MS.busy : OVERDUE_MS.idle;
}
