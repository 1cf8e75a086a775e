import { ALLOW_NONE } from '../allow-none.js';
import type { Declare } from '../command.js';
import { command, wholeNumber } from '../declaring.js';

export const verify: Declare = (program, runs) =>
  command(program, 'verify', {
    summary: 'compares Redis with MongoDB, byte for byte; --repair fixes differences',
    description:
      'Compares Redis with MongoDB, key by key and byte for byte: every entry of every stream, and every value. It reads ' +
      'both completely. A key that differs is compared again for --settle seconds, because the fleet may be about to ' +
      'sync it. Entries that Redis has dropped since they were synced are not a difference, nor are dead letters (see gaps, ' +
      'dead-letters), nor fields and messages that a rule leaves out or removes (see docs/rules.md). --repair syncs what ' +
      'differs, and restores what was removed from MongoDB or changed there. It does not change paused keys, nor ' +
      'messages that Redis never had: it only reports these. ' +
      'Exit code 1 if something differs (with --repair: still differs), or no key was found, without --allow-none.',
    examples: [
      ['verify', 'compare all keys'],
      ["verify 'orders*' --repair", 'compare some keys, and fix differences'],
      ['verify --settle 0 --json', 'the state at this moment, as JSON'],
    ],
  })
    .argument('[PATTERN]')
    .addOption(ALLOW_NONE)
    .option('--repair', 'fix the differences')
    .option('--settle <SECONDS>', 'the time that a key may take to become equal', wholeNumber(0, 3600), 10)
    .action(runs(async () => (await import('../actions/verify.js')).verify));
