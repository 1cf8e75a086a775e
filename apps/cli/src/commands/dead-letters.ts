import type { Declare } from '../command.js';
import { command, wholeNumber } from '../declaring.js';
import { withLetterFilter } from '../letter-filter.js';

export const deadLetters: Declare = (program, runs) => {
  const letters = command(program, 'dead-letters', {
    summary: 'lists, shows, replays or drops the records that MongoDB refused',
    description:
      'Records that MongoDB refused are kept whole: entries, values, and members of large values. PATTERN selects them by the ' +
      'key that they came from. Exit code 1 if a replay is refused, or an id does not exist.',
    examples: [
      ["dead-letters list 'orders*'", 'the refused entries of some streams'],
      ['dead-letters show orders@a1:m1700000000000-a0', 'one record, whole'],
      [
        'dead-letters list --collection stream_messages --code 121 --since 2h',
        'records that a validator refused recently',
      ],
      ['dead-letters replay --all', 'write all of them again'],
      ["dead-letters drop --all 'test:*' --yes", 'drop the records of some keys'],
    ],
  });
  withLetterFilter(letters.command('list'))
    .summary('lists refused records, with the reason')
    .description('Lists the records that MongoDB refused, newest first.')
    .argument('[PATTERN]')
    .option('--limit <N>', 'show at most N', wholeNumber(1, 1_000_000), 50)
    .action(runs(async () => (await import('../actions/dead-letters.js')).listLetters));
  letters
    .command('show')
    .summary('shows one record')
    .description('Shows one refused record, whole.')
    .argument('<ID>')
    .action(runs(async () => (await import('../actions/dead-letters.js')).showLetter));
  withLetterFilter(letters.command('replay'))
    .summary('writes records again')
    .description(
      'Writes entries again, and reads the keys of values again. Fix the reason first (a validator, an ' +
        'index). Records that are refused again are kept.',
    )
    .argument('[ID]', 'with --all: a key pattern')
    .option('--all', 'all records, or all that match the pattern and the options')
    .action(runs(async () => (await import('../actions/dead-letters.js')).replayLetters));
  withLetterFilter(letters.command('drop'))
    .summary('deletes records for good')
    .description('Deletes records for good.')
    .argument('[ID]', 'with --all: a key pattern')
    .option('--all', 'all records, or all that match the pattern and the options')
    .option('--yes', 'confirm')
    .action(runs(async () => (await import('../actions/dead-letters.js')).dropLetters));
};
