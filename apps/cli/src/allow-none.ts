import { Option } from '@commander-js/extra-typings';
import { shownKey } from '@redis-to-mongo/pipeline';
import { CliError } from './cli-error.js';

/** The option of commands that select keys. Without it, selecting no key is an error. */
export const ALLOW_NONE = new Option('--allow-none', 'do not fail if no key matches');

export interface AllowNone {
  readonly allowNone?: boolean | undefined;
}

/**
 * Fails a command that found no key, unless --allow-none is given. The pattern may be mistyped, or the server or
 * database may be the wrong one.
 * @param found the number of keys found, and the place searched, such as `MongoDB`.
 * @throws CliError CLI_NOT_FOUND.
 */
export function requireKeys(
  command: string,
  pattern: string | undefined,
  { allowNone }: AllowNone,
  found: { readonly keys: number; readonly where: string },
): void {
  if (found.keys > 0 || allowNone) return;
  throw new CliError(
    'CLI_NOT_FOUND',
    `${command}: ${pattern === undefined ? 'the configuration selects no key' : 'no key'} in ${found.where}${pattern === undefined ? '' : ` matches ${shownKey(pattern)}`}: check the pattern, KEY_INCLUDE and the addresses (config shows them), or add --allow-none`,
  );
}
