export type ProvingErrorCode =
  | 'PROVING_APP_FAILED'
  | 'PROVING_NOT_EMPTY'
  | 'PROVING_NOT_MIRRORED'
  | 'PROVING_REDIS'
  | 'PROVING_STALLED';

/** Every error of this package; its message names what failed and the remedy, or what is missing. */
export class ProvingError extends Error {
  override readonly name = 'ProvingError';

  constructor(
    readonly code: ProvingErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
