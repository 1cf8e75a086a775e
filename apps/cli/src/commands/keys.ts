import { Option } from '@commander-js/extra-typings';
import { KEY_TYPES } from '@redis-to-mongo/key-types';
import { KEY_CONDITIONS } from '@redis-to-mongo/pipeline';
import type { Declare } from '../command.js';
import { command, wholeNumber } from '../declaring.js';

const SORTS = ['key', 'lag', 'changed', 'synced', 'gaps', 'dead', 'seen'] as const;

export const keys: Declare = (program, runs) =>
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
