import type { Declare } from '../command.js';
import { command } from '../declaring.js';

export const status: Declare = (program, runs) =>
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
