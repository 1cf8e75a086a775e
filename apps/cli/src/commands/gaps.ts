import type { Declare } from '../command.js';
import { command, wholeNumber } from '../declaring.js';

export const gaps: Declare = (program, runs) =>
  command(program, 'gaps', {
    summary: 'lists entries that Redis dropped before they were read',
    description:
      'Lists the entries that Redis dropped (trimmed, deleted) before they were read, with counts and id ranges. ' +
      'Each key keeps its newest 50 gaps; the totals count all of them. --json adds incarnations and exact times. ' +
      'Exit code 1 if there are any.',
    examples: [
      ['gaps', 'lost entries, by key'],
      ["gaps 'orders*' --json", 'the same for some keys, as JSON'],
    ],
  })
    .argument('[PATTERN]')
    .option(
      '--limit <N>',
      'show at most N keys, those with the most lost entries first',
      wholeNumber(1, 1_000_000),
      100,
    )
    .action(runs(async () => (await import('../actions/gaps.js')).gaps));
