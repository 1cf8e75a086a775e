import type { LetterFilter } from '@redis-to-mongo/mongo-sink';
import { CliError } from './cli-error.js';
import type { OptionSpec } from './command.js';
import type { CommandOptions } from './command-options.js';
import { timeOf } from './times.js';

/** The options by which dead letters are chosen, beside the pattern of their keys. */
export const LETTER_FILTER = {
  collection: { value: 'C', doc: 'only those that would have gone to this collection' },
  code: { value: 'N', doc: 'only those that MongoDB refused with this code' },
  since: { value: 'TIME', doc: 'refused at this time or later: 2026-01-31T12:00Z, or 90min, 2h, 7d ago' },
  until: { value: 'TIME', doc: 'refused before this time' },
} as const satisfies Record<string, OptionSpec>;

/** @throws CliError CLI_USAGE when a time or a code is none. */
export async function letterFilter(
  options: CommandOptions,
  pattern: string | undefined,
): Promise<LetterFilter> {
  const { namePattern } = await import('@redis-to-mongo/pipeline');
  return {
    name: pattern === undefined ? undefined : namePattern(pattern),
    collection: options.text('collection'),
    code:
      options.text('code') === undefined
        ? undefined
        : options.whole('code', 0, { min: 0, max: Number.MAX_SAFE_INTEGER }),
    since: timeOption(options, 'since'),
    until: timeOption(options, 'until'),
  };
}

function timeOption(options: CommandOptions, name: 'since' | 'until'): Date | undefined {
  const text = options.text(name);
  if (text === undefined) return undefined;
  const time = timeOf(text);
  if (time) return time;
  throw new CliError(
    'CLI_USAGE',
    `dead-letters: --${name} ${text}: write a time (2026-01-31T12:00Z), or how long ago it was (90min, 2h, 7d)`,
  );
}
