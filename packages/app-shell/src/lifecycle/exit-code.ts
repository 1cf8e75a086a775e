/**
 * How a process of the fleet ends. A supervisor may restart it on any code except 0 and 2: a wrong
 * configuration stays wrong.
 *
 * | code | meaning |
 * | --- | --- |
 * | 0 | asked to stop, and stopped in order |
 * | 1 | could not start, or ended by an unexpected error |
 * | 2 | could not start: arguments or configuration can't be used |
 * | 3 | asked to stop, but something was not closed in time |
 * | 129, 130, 143 | forced by a second signal (SIGHUP, SIGINT, SIGTERM) |
 */
export const EXIT_CODES = { stopped: 0, failed: 1, configuration: 2, notInTime: 3 } as const;

/** Signals that stop an app, with the exit code of a process forced by it: 128 + the signal's number. */
export const STOP_SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
export type StopSignal = keyof typeof STOP_SIGNALS;

/**
 * The exit code of a failed start: `configuration` if the error's class (`errorClass`) is `configuration`, or
 * its code begins with `CONFIG`.
 */
export function startFailureCode(thrown: unknown): number {
  if (!(thrown instanceof Error)) return EXIT_CODES.failed;
  const ofConfiguration =
    ('errorClass' in thrown && thrown.errorClass === 'configuration') ||
    ('code' in thrown && typeof thrown.code === 'string' && thrown.code.startsWith('CONFIG'));
  return ofConfiguration ? EXIT_CODES.configuration : EXIT_CODES.failed;
}
