/**
 * What is done about an error:
 * - `transient`: tried again with backoff; nothing is wrong with the data or the settings.
 * - `configuration`: the target pauses, the process says why, and continues by itself once it is fixed.
 * - `overtaken`: another worker was faster, or the key changed its type meanwhile; its next job sees to it.
 * - `unknown`: not retried inside the job; the job fails, is shown, and the key's next job tries again.
 */
export type ErrorClass = 'transient' | 'configuration' | 'overtaken' | 'unknown';

/** An error of the line, with a code, its class, and what to do about it in the message. */
export class SyncError extends Error {
  override readonly name: string = 'SyncError';
  readonly code: string;
  readonly errorClass: ErrorClass;

  constructor(code: string, errorClass: ErrorClass, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.errorClass = errorClass;
  }
}

/** A caught error as a SyncError: one that nobody expected has the code UNEXPECTED. */
export function asSyncError(error: unknown): SyncError {
  if (error instanceof SyncError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new SyncError('UNEXPECTED', 'unknown', message, { cause: error });
}

/** It passes by itself: worth another try. */
export function isTransient(error: unknown): boolean {
  return error instanceof SyncError && error.errorClass === 'transient';
}

/** A worker of the fleet came between. */
export function isOvertaken(error: unknown): boolean {
  return error instanceof SyncError && error.errorClass === 'overtaken';
}
