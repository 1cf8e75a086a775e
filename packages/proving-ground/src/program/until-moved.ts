import { setTimeout as sleep } from 'node:timers/promises';
import { ProvingError } from '../proving-error.js';

/** The progress of a wait. */
export interface Reading {
  readonly isDone: boolean;
  /** Changes with each step toward the end. */
  readonly progress: number | string;
  /** Describes what is still missing. Called when the wait fails. */
  readonly missing: () => readonly string[] | Promise<readonly string[]>;
}

export interface UntilMovedOptions {
  readonly signal: AbortSignal;
  /**
   * The wait fails after this long without progress, in ms; default 150,000. That is longer than a key is
   * blocked by a command that a server never answers (60,000), or by a dead worker (10,000); after that, the
   * fleet tries again.
   */
  readonly stallMs?: number;
  /** Returns the pause between two checks, in ms, after a wait of `waitedMs`; default 100. */
  readonly pollMs?: (waitedMs: number) => number;
}

const NAMED = 8;

/**
 * Repeats a check until it is done.
 * @param what completes the message "waited for …".
 * @throws ProvingError `PROVING_STALLED`, which names what is missing; the signal's
 * reason; what a check throws.
 */
export async function untilMoved(
  what: string,
  check: () => Promise<Reading>,
  { signal, stallMs = 150_000, pollMs = () => 100 }: UntilMovedOptions,
): Promise<void> {
  const begin = performance.now();
  let last: Reading['progress'] | undefined;
  let since = begin;
  for (;;) {
    signal.throwIfAborted();
    const { isDone, progress, missing } = await check();
    if (isDone) return;
    const now = performance.now();
    if (progress !== last) since = now;
    last = progress;
    if (now - since > stallMs) throw stalled(what, stallMs, await missing());
    await sleep(pollMs(now - begin), undefined, { signal });
  }
}

function stalled(what: string, stallMs: number, missing: readonly string[]): ProvingError {
  const more = missing.length > NAMED ? `; and ${missing.length - NAMED} more` : '';
  const named = missing.slice(0, NAMED).join('; ');
  const message = `waited for ${what}, and nothing has moved for ${stallMs / 1000} s: ${named}${more}`;
  return new ProvingError('PROVING_STALLED', message);
}

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
