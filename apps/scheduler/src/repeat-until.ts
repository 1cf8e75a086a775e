import { WakeUp } from './wake-up.js';

/**
 * Runs `turn` again and again, `everyMs` ms after the last one ended, until the signal aborts. What a turn throws goes
 * to `onError`, and the next turn comes as usual. A turn may answer with its own wait. `wakeUp` ends a wait early.
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
