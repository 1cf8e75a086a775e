import { Option } from '@commander-js/extra-typings';
import { KEY_TYPES } from '@redis-to-mongo/key-types';
import { KEY_CONDITIONS } from '@redis-to-mongo/pipeline';
import { ALLOW_NONE } from '../allow-none.js';
import type { Declare } from '../command.js';
import { command, wholeNumber } from '../declaring.js';
import { withLetterFilter } from '../letter-filter.js';

const status: Declare = (program, runs) =>
  command(program, 'status', {
    summary: 'shows progress, losses, errors, the queue and the workers',
    description:
      'Shows whether the mirror is complete, and if not, why: schedulers, workers, queue, failures and losses; then ' +
      'keys and entries by type. Exit code 0 if it is complete, 1 if it is not, 3 if a server does not answer, 2 if a server ' +
      'refuses the login. As a test, it writes a mark to the queue’s Redis and to MongoDB.',
    examples: [
      ['status', 'the state of the fleet'],
      ['status --watch', 'the same, updated every two seconds'],
      ['status --json', 'the same, as JSON'],
    ],
  })
    .option('--watch', 'repeat every two seconds until Ctrl-C; with --json, one line each time')
    .action(runs(async () => (await import('../actions/status.js')).status));

const workers: Declare = (program, runs) =>
  command(program, 'workers', {
    summary: 'lists schedulers and workers: host, start time, current work',
    description:
      'Lists the fleet’s schedulers and workers, as each reports every few seconds: host, version, start ' +
      'time, running jobs, entries and keys per second, memory, and the longest delay of its event loop. Processes that ' +
      'ended are shown for ten minutes. Exit code 1 if no worker is alive, or no scheduler is active.',
    examples: [
      ['workers', 'all workers, the active scheduler and the standbys'],
      ['workers --json', 'the same, as JSON'],
    ],
  }).action(runs(async () => (await import('../actions/workers.js')).workers));

const SORTS = ['key', 'lag', 'changed', 'synced', 'gaps', 'dead', 'seen'] as const;

const keys: Declare = (program, runs) =>
  command(program, 'keys', {
    summary: 'lists keys and their progress, filtered and sorted',
    description:
      'Lists the keys in MongoDB, with their progress. PATTERN is a Redis glob pattern (`orders:*`) for the whole ' +
      'name; quote it. The lag is that of the last sync.',
    examples: [
      ["keys 'orders:*' --type stream", 'all streams whose names begin with orders:'],
      ['keys --status behind --sort lag --limit 10', 'the ten keys with the most lag'],
      ['keys --status failing --json', 'keys whose last sync failed, with the errors'],
    ],
  })
    .argument('[PATTERN]')
    .addOption(new Option('--type <T>', 'show only keys of this type').choices(KEY_TYPES))
    .addOption(new Option('--status <S>', 'show only keys with this status').choices(KEY_CONDITIONS))
    .addOption(new Option('--sort <S>', 'sort by name, or highest or newest first').choices(SORTS))
    .option('--limit <N>', 'show at most N', wholeNumber(1, 1_000_000), 50)
    .action(runs(async () => (await import('../actions/keys.js')).keys));

const explain: Declare = (program, runs) =>
  command(program, 'explain', {
    summary: 'shows everything about one key',
    description:
      'Shows everything about one key: the pattern and the rule that it matches, its collection, its progress, the time of its ' +
      'next job, losses, expected losses, its last error, and the document as its rule would write it (with long values ' +
      'cut; this shows data). Write a key that is not UTF-8 as base64:…, as ' +
      'the command keys does. Exit code 1 if neither Redis nor MongoDB has the key.',
    examples: [['explain orders', 'why orders is in MongoDB, or is not']],
  })
    .argument('<KEY>')
    .action(runs(async () => (await import('../actions/explain.js')).explain));

const gaps: Declare = (program, runs) =>
  command(program, 'gaps', {
    summary: 'lists entries that Redis dropped before they were read',
    description:
      'Lists the entries that Redis dropped (trimmed, deleted) before they were read, with counts and id ranges. ' +
      'Each key keeps its newest 50 gaps; the totals count all of them. --json adds incarnations and exact times. ' +
      'Exit code 1 if there are any, or PATTERN matches no key, without --allow-none.',
    examples: [
      ['gaps', 'lost entries, by key'],
      ["gaps 'orders*' --json", 'the same for some keys, as JSON'],
    ],
  })
    .argument('[PATTERN]')
    .addOption(ALLOW_NONE)
    .option(
      '--limit <N>',
      'show at most N keys, those with the most lost entries first',
      wholeNumber(1, 1_000_000),
      100,
    )
    .action(runs(async () => (await import('../actions/gaps.js')).gaps));

const deadLetters: Declare = (program, runs) => {
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
      'Writes entries again, and asks the fleet to read the keys of values again. Fix the reason first (a validator, an ' +
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

const plan: Declare = (program, runs) =>
  command(program, 'plan', {
    summary: 'shows what the configuration would sync; writes nothing',
    description:
      'Shows what the configuration would sync: the number of keys that each pattern and each rule matches; the ' +
      'keys of each type, with their collection; known keys whose collection has changed with the ' +
      'rules, and documents that do not match their rule any longer; indexes that would be created. --samples adds a ' +
      'sample document of each type and each rule, with long values cut; this shows data. It writes nothing.',
    examples: [
      ['plan', 'before the first start'],
      ['plan --samples --json', 'with sample documents, as JSON'],
    ],
  })
    .option('--samples', 'show a sample document of each type and rule, with real data')
    .action(runs(async () => (await import('../actions/plan.js')).plan));

/** Commands that show the mirror, in the order of the help. */
export const INSPECTING: readonly Declare[] = [status, workers, keys, explain, gaps, deadLetters, plan];
