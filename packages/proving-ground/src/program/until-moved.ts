import { setTimeout as sleep } from 'node:timers/promises';
import { ProvingError } from '../proving-error.js';

/** How far something is that a fleet is to bring about. */
export interface Reading {
  readonly isDone: boolean;
  /** Changes with each step toward the end. */
  readonly progress: number | string;
  /** What is still missing, in words; asked when waiting is given up. */
  readonly missing: () => readonly string[] | Promise<readonly string[]>;
}

export interface UntilMovedOptions {
  readonly signal: AbortSignal;
  /**
   * Without any progress for this long, in ms, waiting is given up; default 150,000: longer than a command that a server never answers
   * holds up a key (60,000) and a dead worker does (10,000). What hangs is tried again by then.
   */
  readonly stallMs?: number;
  /** Between two checks, in ms, after waiting for this long; default 100. */
  readonly pollMs?: (waitedMs: number) => number;
}

const NAMED = 8;

/**
 * Checks again and again until what is waited for is there.
 * @param what in words, behind "waited for".
 * @throws ProvingError `PROVING_STALLED`, naming what is missing; the signal's reason; what a check throws.
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
