import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Runs `turn` again and again, `everyMs` ms after the last one ended, until the signal aborts. What a turn throws goes
 * to `onError`, and the next turn comes as usual. A turn may answer with its own wait.
 */
export async function repeatUntil(
  signal: AbortSignal,
  everyMs: () => number,
  turn: () => Promise<number | undefined>,
  onError: (error: unknown) => void | Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    let waitMs: number | undefined;
    try {
      waitMs = await turn();
    } catch (error) {
      if (!signal.aborted) await onError(error);
    }
    await sleep(waitMs ?? everyMs(), undefined, { signal }).catch(() => {}); // aborted: the loop ends
  }
}
