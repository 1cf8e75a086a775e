import { shownKey } from '@redis-to-mongo/pipeline';
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

/** The error of a command for one key that MongoDB does not know. */
export function unknownKey(key: string): CliError {
  return new CliError(
    'CLI_NOT_FOUND',
    `MongoDB does not know of ${shownKey(key)}: run keys to list the known keys`,
  );
}
