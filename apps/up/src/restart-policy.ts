import { EXIT_CODES } from '@redis-to-mongo/app-shell';

/**
 * A process that ran for this long, in ms, had started well. If it ends later, the count of quick ends
 * restarts.
 */
export const STEADY_MS = 30_000;
const MOST_QUICK_ENDS = 5;
const BASE_MS = 500;
const CAP_MS = 10_000;

/** The decision after a process ended unexpectedly. */
export type AfterEnd =
  | { readonly restartInMs: number }
  | { readonly giveUp: string; readonly isConfiguration: boolean };

/**
 * @param quickEnds how many times in a row the process has ended within STEADY_MS of its start, this time
 * included.
 * @returns a wait of 0.5 s, doubled each time, up to 10 s; or why the process is not restarted.
 */
export function afterEnd(code: number | null, quickEnds: number): AfterEnd {
  if (code === EXIT_CODES.configuration)
    return { giveUp: 'its configuration is invalid: see its message above', isConfiguration: true };
  if (quickEnds > MOST_QUICK_ENDS)
    return { giveUp: `it has ended ${quickEnds} times right after its start`, isConfiguration: false };
  return { restartInMs: Math.min(CAP_MS, BASE_MS * 2 ** Math.max(0, quickEnds - 1)) };
}
