import { Option } from '@commander-js/extra-typings';
import type { Declare } from '../command.js';
import { command, wholeNumber } from '../declaring.js';

const RANGES = ['hour', 'day', 'week'] as const;

export const history: Declare = (program, runs) =>
  command(program, 'history', {
    summary: 'shows the history of the fleet or of a key: an hour, a day, a week',
    description:
      'Shows the history of the fleet: one sample a minute, kept for HISTORY_KEEP_DAYS, newest last. If several samples share a line, the ' +
      'worst is shown. With KEY, the history of that key. Only keys that are far behind have one, and keys whose page was opened ' +
      'within the last week.',
    examples: [
      ['history', 'the last hour'],
      ['history --range week --json', 'the last week, as JSON'],
      ['history orders --range day', 'one key over the last day'],
    ],
  })
    .argument('[KEY]')
    .addOption(new Option('--range <R>', 'the period to show').choices(RANGES).default('hour' as const))
    .option('--limit <N>', 'show at most N lines, the newest', wholeNumber(1, 1_000_000), 60)
    .action(runs(async () => (await import('../actions/history.js')).history));
