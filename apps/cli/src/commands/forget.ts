import { ALLOW_NONE } from '../allow-none.js';
import type { Declare } from '../command.js';
import { command } from '../declaring.js';

export const forget: Declare = (program, runs) =>
  command(program, 'forget', {
    summary: 'removes deleted keys from MongoDB',
    description:
      'Removes keys from MongoDB that no longer exist in Redis: the document in keys, and the empty value. Keys that have more ' +
      '(messages, dead letters, losses, a history of members) are kept; --all removes these too, for good. ' +
      'PATTERN is a key or a Redis glob pattern (`session:*`) for the whole name; quote it. A key that is created again starts its first ' +
      'incarnation. Keys without more are removed automatically after GONE_KEYS_KEEP_SEC. Exit code 1 if a key is kept, or a ' +
      'PATTERN matches no deleted key, without --allow-none.',
    examples: [
      ["forget 'session:*' --yes", 'deleted sessions'],
      ['forget orders:old --yes --all', 'a deleted stream, with its messages'],
    ],
  })
    .argument('<PATTERN...>')
    .option('--yes', 'confirm')
    .option('--all', 'remove messages, dead letters, losses and history too')
    .addOption(ALLOW_NONE)
    .action(runs(async () => (await import('../actions/forget.js')).forget));
