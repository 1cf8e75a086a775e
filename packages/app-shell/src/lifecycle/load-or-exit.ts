import { maskCredentials } from '@redis-to-mongo/terminal';
import { errorCode } from '../log/render-error.js';
import { EXIT_CODES } from './exit-code.js';

/**
 * Loads what the log itself depends on: the configuration. If that fails, the reason is printed on standard error, as
 * it is for an error that carries a code, with its stack for any other one, and the process ends with exit code 2.
 */
export async function loadOrExit<Loaded>(
  name: string,
  load: () => Loaded | Promise<Loaded>,
): Promise<Loaded> {
  try {
    return await load();
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    const text = errorCode(error) === undefined ? (error.stack ?? error.message) : error.message;
    await new Promise<void>((resolve) => {
      process.stderr.write(`${name}: ${maskCredentials(text)}\n`, () => resolve());
    });
    process.exit(EXIT_CODES.configuration);
  }
}
