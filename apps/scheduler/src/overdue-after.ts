/** The facts that decide whether keys are requested again. */
export interface QueueLoad {
  readonly waiting: number;
  readonly due: number;
  /** That live; it does not matter while no job waits. */
  readonly workers: number;
}

/** A key that is due for this long, in ms, while no job waits, is requested again; and after more, while jobs wait. */
const OVERDUE_MS = { idle: 3_000, busy: 60_000 } as const;

/**
 * For how long a key must have been due to be requested again, in ms; `undefined` where none is. While jobs wait, those of the
 * due keys are likely among them: workers are behind, or there are none.
 */
export function overdueAfterMs({ waiting, due, workers }: QueueLoad): number | undefined {
  if (due === 0 || (waiting > 0 && workers === 0)) return undefined;
  return waiting > 0 ? OVERDUE_MS.busy : OVERDUE_MS.idle;
}
