import { ALLOW_NONE } from '../allow-none.js';
import type { Declare } from '../command.js';
import { command, wholeNumber } from '../declaring.js';

export const once: Declare = (program, runs) =>
  command(program, 'once', {
    summary: 'syncs all current keys and exits; needs no running fleet',
    description:
      'Syncs all current keys completely, marks deleted keys, and exits. It works without a ' +
      'fleet and without the queue, and is safe to run beside a fleet. Paused keys are skipped. You ' +
      'can stop it at any time and start it again. ' +
      'Exit code 0 if everything is in sync, 1 if a key failed, MongoDB refused entries (they are dead ' +
      'letters), or no key was found, without --allow-none.',
    examples: [
      ['once', 'all keys that the configuration selects'],
      ["once 'orders*' --json", 'some keys, with the result of each'],
    ],
  })
    .argument('[PATTERN]')
    .addOption(ALLOW_NONE)
    .option(
      '--concurrency <N>',
      'streams and large values synced at once (default: WORKER_CONCURRENCY)',
      wholeNumber(1, 1000),
    )
    .action(runs(async () => (await import('../actions/once.js')).once));
