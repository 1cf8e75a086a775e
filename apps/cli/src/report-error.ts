import { SyncError } from '@redis-to-mongo/pipeline';
import { maskCredentials, printable } from '@redis-to-mongo/terminal';
import { CliError } from './cli-error.js';
import type { Ending } from './exit-codes.js';
import type { Output } from './output.js';

/** Prints on standard error why a command failed, and returns its ending. Unexpected errors are printed with their stack. */
export function reportError(out: Output, error: unknown): Ending {
  const isKnown = error instanceof CliError || error instanceof SyncError;
  const message = maskCredentials(error instanceof Error ? error.message : String(error));
  if (out.isJson) {
    const code = isKnown ? error.code : 'UNEXPECTED';
    out.note(JSON.stringify({ error: { code, message } }));
  } else {
    const text = isKnown || !(error instanceof Error) ? message : maskCredentials(error.stack ?? message);
    out.note(`redis-to-mongo: ${text.split('\n').map(printable).join('\n')}`);
  }
  return endingOf(error);
}

function endingOf(error: unknown): Ending {
  if (error instanceof CliError) return error.ending;
  if (!(error instanceof SyncError)) return 'failed';
  if (error.errorClass === 'configuration') return 'usage';
  return error.errorClass === 'transient' ? 'unavailable' : 'failed';
}
