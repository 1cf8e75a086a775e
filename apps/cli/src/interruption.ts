import type { Output } from './output.js';

/** Signals that end a command, with the exit code: 128 and the signal's number. */
export const STOP_SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
export type StopSignal = keyof typeof STOP_SIGNALS;

/** The result of `until` when a command is interrupted. */
export const INTERRUPTED = Symbol('interrupted');

/**
 * Ctrl-C and other signals that end a command. A command that works on many items waits with `until`, and
 * prints its results so far. Any other command ends at once.
 */
export class Interruption {
  /** Whether the reader has closed the output. A command that repeats its output then ends. */
  isUnread = false;
  readonly #interrupted: Promise<typeof INTERRUPTED>;
  #resolve: (interrupted: typeof INTERRUPTED) => void = () => {};
  #signal: StopSignal | undefined;
  #isAwaited = false;

  constructor() {
    this.#interrupted = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** The signal received. */
  get signal(): StopSignal | undefined {
    return this.#signal;
  }

  /** Whether the command has something to print before it ends. */
  get isAwaited(): boolean {
    return this.#isAwaited;
  }

  /** Ends the command early, as the signal would. Only the first call counts. */
  interrupt(signal: StopSignal): void {
    this.#signal ??= signal;
    this.#resolve(INTERRUPTED);
  }

  /** Resolves when the command is interrupted. */
  async interrupted(): Promise<typeof INTERRUPTED> {
    return await this.#interrupted;
  }

  /** Waits for the work or the interruption. Interrupted work is abandoned, and ends with the process. */
  async until<T>(work: Promise<T>): Promise<T | typeof INTERRUPTED> {
    this.#isAwaited = true;
    work.catch(() => {}); // ignore failures after an interruption
    return await Promise.race([work, this.#interrupted]);
  }
}

/** Additional JSON fields of an interrupted command. @param of the total number of items. */
export function interruptedPart(
  isInterrupted: boolean,
  of: number,
): { readonly interrupted?: true; readonly of?: number } {
  return isInterrupted ? { interrupted: true, of } : {};
}

/** Reports the progress of an interrupted command, and gives its exit code. */
export function endInterrupted(out: Output, howFar: string): 'interrupted' {
  out.note(`interrupted: ${howFar}`);
  return 'interrupted';
}
