import { shownKey } from '@redis-to-mongo/pipeline';
import { CliError } from './cli-error.js';
import type { Call, OptionSpec } from './command.js';

/** The option of commands that are asked for keys: none is an error without it. */
export const ALLOW_NONE = {
  'allow-none': { doc: 'it is no error when there is no such key' },
} as const satisfies Record<string, OptionSpec>;

/**
 * Ends a command that found no key to work on, unless --allow-none is given: what was compared, written or synced of
 * nothing tells nothing. A pattern may be mistyped, a server or database another one than was meant.
 * @param where no key was found, in words.
 * @throws CliError CLI_NOT_FOUND.
 */
export function requireKeys(
  { args: [pattern], options }: Pick<Call, 'args' | 'options'>,
  command: string,
  keys: number,
  where: string,
): void {
  if (keys > 0 || options.flag('allow-none')) return;
  throw new CliError(
    'CLI_NOT_FOUND',
    `${command}: ${where} no key${pattern === undefined ? '' : ` that ${shownKey(pattern)} takes`}: check the pattern, KEY_INCLUDE and the addresses (config shows them), or add --allow-none`,
  );
}
