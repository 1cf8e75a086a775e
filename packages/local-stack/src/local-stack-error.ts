export type LocalStackErrorCode =
  | 'LOCAL_STACK_COMMAND_FAILED'
  | 'LOCAL_STACK_NO_REDIS'
  | 'LOCAL_STACK_NO_MONGO'
  | 'LOCAL_STACK_NO_PORT'
  | 'LOCAL_STACK_NO_ANSWER'
  | 'LOCAL_STACK_NOT_OURS'
  | 'LOCAL_STACK_STOPPED'
  | 'LOCAL_STACK_SUPERVISOR';

/** Every error of this package. The message names the server, the problem and the remedy. */
export class LocalStackError extends Error {
  override readonly name = 'LocalStackError';

  constructor(
    readonly code: LocalStackErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The message of anything thrown, on one line. */
export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').trim();
}
