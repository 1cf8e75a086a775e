import { setTimeout as sleep } from 'node:timers/promises';

/** Does the work again and again, each time with a pause behind it, until the signal aborts. @param pauseMs in ms. */
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
