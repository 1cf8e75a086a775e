import { type Command, InvalidArgumentError } from '@commander-js/extra-typings';
import type { LetterFilter } from '@redis-to-mongo/mongo-sink';
import { namePattern } from '@redis-to-mongo/pipeline';
import { wholeNumber } from './declaring.js';
import { timeOf } from './times.js';

/** Adds the options that select dead letters, in addition to the pattern of their keys. */
export function withLetterFilter(command: Command) {
  return command
    .option('--collection <C>', 'only records for this collection')
    .option(
      '--code <N>',
      'only records that MongoDB refused with this code',
      wholeNumber(0, Number.MAX_SAFE_INTEGER),
    )
    .option(
      '--since <TIME>',
      'refused at this time or later: 2026-01-31T12:00Z, or 90min, 2h, 7d ago',
      timeBefore,
    )
    .option('--until <TIME>', 'refused before this time', timeBefore);
}

/** The options of `withLetterFilter`. */
export type LetterOptions = ReturnType<ReturnType<typeof withLetterFilter>['opts']>;

export function letterFilter(
  { collection, code, since, until }: LetterOptions,
  pattern: string | undefined,
): LetterFilter {
  const name = pattern === undefined ? undefined : namePattern(pattern);
  return { name, collection, code, since, until };
}

/** The filter as the audit records it. */
export function filterText(options: LetterOptions, pattern: string | undefined): string {
  const { collection, code, since, until } = options;
  const given = Object.entries({ collection, code, since: since?.toISOString(), until: until?.toISOString() })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `--${name} ${value}`);
  return [...(pattern === undefined ? [] : [pattern]), ...given].join(' ') || 'all';
}

function timeBefore(text: string): Date {
  const time = timeOf(text);
  if (time) return time;
  throw new InvalidArgumentError('Write a time (2026-01-31T12:00Z) or an age (90min, 2h, 7d).');
}
