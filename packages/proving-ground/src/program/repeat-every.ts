import { setTimeout as sleep } from 'node:timers/promises';

/** Repeats the work until the signal aborts. @param pauseMs the pause after each time, in ms. */
export async function repeatEvery(
  pauseMs: number | (() => number),
  signal: AbortSignal,
  work: () => Promise<unknown>,
): Promise<void> {
  while (!signal.aborted) {
    await work();
    const forMs = typeof pauseMs === 'number' ? pauseMs : pauseMs();
    await sleep(forMs, undefined, { signal }).catch(() => {}); // aborted: the loop ends
  }
}
