import type { Declare } from '../command.js';
import { command } from '../declaring.js';

export const workers: Declare = (program, runs) =>
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
