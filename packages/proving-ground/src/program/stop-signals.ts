import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Ctrl-C reaches this process from the terminal and from a wrapper such as npm: within this, in ms, it is one signal. */
const ECHO_MS = 500;

/** Why a run was stopped. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
  readonly code = 'PROVING_STOPPED';
  /** 128 + the signal's number. */
  readonly exitCode: number;

  constructor(signal: (typeof SIGNALS)[number]) {
    super(`stopped by ${signal}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/**
 * A signal that aborts, with a `Stopped` as its reason, at the first SIGINT, SIGTERM or SIGHUP. The second one ends the
 * process at once; what it started ends with it.
 */
export function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  let since = 0;
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      const stopped = new Stopped(signal);
      if (!stopping.signal.aborted) {
        since = performance.now();
        stopping.abort(stopped);
      } else if (performance.now() - since > ECHO_MS) process.exit(stopped.exitCode);
    });
  }
  return stopping.signal;
}
