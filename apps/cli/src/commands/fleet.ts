import type { Declare } from '../command.js';
import { command } from '../declaring.js';

export const fleet: Declare = (program, runs) => {
  const fleetCommand = command(program, 'fleet', {
    summary: 'shows which source and target the queue belongs to; move changes them',
    description:
      'Queue and target store which source is mirrored to which database by which queue. A scheduler or worker with ' +
      'other settings refuses to start. This command shows whether this configuration matches. Exit code 1 if it does not.',
    examples: [
      ['fleet', 'check that this configuration matches the queue and the database'],
      ['fleet move', 'make queue and target match this configuration'],
    ],
  }).action(runs(async () => (await import('../actions/fleet.js')).compareFleet));
  fleetCommand
    .command('move')
    .summary('assigns queue and target to this configuration')
    .description(
      'Assigns queue and target to this configuration. Use it after you moved the source or the database to another name, ' +
        'if the fleet cannot detect that it is the same one. Stop the fleet first, and start it afterward.',
    )
    .action(runs(async () => (await import('../actions/fleet.js')).moveFleet));
};
