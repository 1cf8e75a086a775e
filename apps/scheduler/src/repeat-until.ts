import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Runs `turn` again and again, `everyMs` ms after the last one ended, until the signal aborts. What a turn throws goes
 * to `onError`, and the next turn comes as usual.
 */
export async function repeatUntil(
  signal: AbortSignal,
  everyMs: () => number,
  turn: () => Promise<void>,
  onError: (error: unknown) => void,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await turn();
    } catch (error) {
      if (!signal.aborted) onError(error);
    }
    await sleep(everyMs(), undefined, { signal }).catch(() => {}); // aborted: the loop ends
  }
}
