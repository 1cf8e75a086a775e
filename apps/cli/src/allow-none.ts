import { Option } from '@commander-js/extra-typings';
import { shownKey } from '@redis-to-mongo/pipeline';
import { grouped } from '@redis-to-mongo/terminal';
import { CliError } from './cli-error.js';

/** The option of commands that select keys. Without it, selecting no key is an error. */
export const ALLOW_NONE = new Option('--allow-none', 'do not fail if no key matches');

export interface AllowNone {
  readonly allowNone?: boolean | undefined;
}

/**
 * Fails a command that found no key, unless --allow-none is given. The pattern may be mistyped, or the server or
 * database may be the wrong one.
 * @param found the number of keys found, the place searched, such as `MongoDB`, and the number of deleted keys that
 * match, if these do not count.
 * @throws CliError CLI_NOT_FOUND.
 */
export function requireKeys(
  command: string,
  pattern: string | undefined,
  { allowNone }: AllowNone,
  found: { readonly keys: number; readonly where: string; readonly deleted?: number },
): void {
  if (found.keys > 0 || allowNone) return;
  if (found.deleted)
    throw new CliError(
      'CLI_NOT_FOUND',
      `${command}: ${shownKey(pattern ?? '*')} matches only deleted keys (${grouped(found.deleted)}), which Redis does not have any more: explain KEY shows since when. Add --allow-none if that is no failure`,
    );
  throw new CliError(
    'CLI_NOT_FOUND',
    `${command}: ${pattern === undefined ? 'the configuration selects no key' : 'no key'} in ${found.where}${pattern === undefined ? '' : ` matches ${shownKey(pattern)}`}: check the pattern, KEY_INCLUDE and the addresses (config shows them), or add --allow-none`,
  );
}
