import type { Ending } from './exit-codes.js';

/** An error that is the operator's to mend; its message names what is wrong and the remedy. */
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
