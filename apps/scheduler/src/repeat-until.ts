import { WakeUp } from './wake-up.js';

/**
 * Runs `turn` repeatedly, `everyMs` ms after the last turn ended, until the signal aborts. An error goes to
 * `onError`, and the next turn follows as usual. A turn may return its own wait, in ms. `wakeUp` ends a wait
 * early.
 */
export async function repeatUntil(
  signal: AbortSignal,
  everyMs: () => number,
  turn: () => Promise<number | undefined>,
  onError: (error: unknown) => void | Promise<void>,
  wakeUp = new WakeUp(),
): Promise<void> {
  while (!signal.aborted) {
    let waitMs: number | undefined;
    try {
      waitMs = await turn();
    } catch (error) {
      if (!signal.aborted) await onError(error);
    }
    await wakeUp.wait(waitMs ?? everyMs(), signal);
  }
}
