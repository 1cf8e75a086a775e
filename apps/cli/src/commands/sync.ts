import { ALLOW_NONE } from '../allow-none.js';
import type { Declare } from '../command.js';
import { command } from '../declaring.js';

export const sync: Declare = (program, runs) =>
  command(program, 'sync', {
    summary: 'asks the fleet to sync keys now',
    description:
      'Asks the fleet to sync keys now, and does not wait; explain KEY shows the result. At most one such job waits ' +
      'for a key, however often you ask. Without a fleet, use once. Exit code 1 if a key is not mirrored, is ' +
      'paused, or (without --allow-none) does not exist.',
    examples: [
      ['sync orders', 'sync orders as soon as a worker is free'],
      ['sync orders orders:info:tags', 'two keys'],
    ],
  })
    .argument('<KEY...>')
    .addOption(ALLOW_NONE)
    .action(runs(async () => (await import('../actions/sync.js')).sync));
