/**
 * How an error is handled:
 * - `transient`: retried with backoff; nothing is wrong with the data or the settings.
 * - `configuration`: the worker pauses, reports why, and resumes by itself after the cause is fixed.
 * - `overtaken`: another worker was faster, or the key changed its type meanwhile; its next job handles it.
 * - `unknown`: not retried within the job. The job fails, the error is shown, and the key's next job tries
 *   again.
 */
export type ErrorClass = 'transient' | 'configuration' | 'overtaken' | 'unknown';

/** An error of the line: a code, its class, and a message that names the remedy. */
export class SyncError extends Error {
  override readonly name: string = 'SyncError';

  constructor(
    readonly code: string,
    readonly errorClass: ErrorClass,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/**
 * The code of an error that is none of ours. Only its message may quote data: messages of other codes are made by
 * this project, and do not.
 */
export const UNEXPECTED = 'UNEXPECTED';

/**
 * Returns a caught error as a SyncError. Any error that is not one gets the code UNEXPECTED and the class
 * `unknown`.
 */
export function asSyncError(error: unknown): SyncError {
  if (error instanceof SyncError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new SyncError('UNEXPECTED', 'unknown', message, { cause: error });
}

/** Whether the error may pass by itself, so that a retry makes sense. */
export function isTransient(error: unknown): boolean {
  return error instanceof SyncError && error.errorClass === 'transient';
}

/** Whether the error means that another worker was faster. */
export function isOvertaken(error: unknown): boolean {
  return error instanceof SyncError && error.errorClass === 'overtaken';
}
