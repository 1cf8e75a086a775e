import { Option } from '@commander-js/extra-typings';
import { shownKey } from '@redis-to-mongo/pipeline';
import { CliError } from './cli-error.js';

/** The option of commands that are asked for keys: none is an error without it. */
export const ALLOW_NONE = new Option('--allow-none', 'it is no error when there is no such key');

/**
 * Ends a command that found no key to work on, unless --allow-none is given: what was compared, written or synced of
 * nothing tells nothing. A pattern may be mistyped, a server or database another one than was meant.
 * @param found how many keys, and where none was found, in words.
 * @throws CliError CLI_NOT_FOUND.
 */
export function requireKeys(
  command: string,
  pattern: string | undefined,
  { allowNone }: { readonly allowNone?: boolean | undefined },
  found: { readonly keys: number; readonly where: string },
): void {
  if (found.keys > 0 || allowNone) return;
  throw new CliError(
    'CLI_NOT_FOUND',
    `${command}: ${found.where} no key${pattern === undefined ? '' : ` that ${shownKey(pattern)} takes`}: check the pattern, KEY_INCLUDE and the addresses (config shows them), or add --allow-none`,
  );
}
