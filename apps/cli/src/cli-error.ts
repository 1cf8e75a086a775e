import type { Ending } from './exit-codes.js';

/** An error that the operator can fix. Its message names the problem and the remedy. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: 'CLI_USAGE' | 'CLI_NOT_FOUND' | 'CLI_REFUSED';
  readonly ending: Ending;

  constructor(code: CliError['code'], message: string) {
    super(message);
    this.code = code;
    this.ending = code === 'CLI_NOT_FOUND' ? 'failed' : 'usage';
  }
}
