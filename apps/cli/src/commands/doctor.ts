import type { Declare } from '../command.js';
import { command } from '../declaring.js';

export const doctor: Declare = (program, runs) =>
  command(program, 'doctor', {
    summary: 'checks servers, privileges, settings and patterns, and suggests remedies',
    description:
      'Checks configuration, connections, versions, privileges, server settings, clocks, indexes, ' +
      'patterns that match no key, and whether the mirror is complete. Each finding comes with a remedy. It writes ' +
      'only a test mark to the queue’s Redis and to MongoDB. Exit code 1 if there is a problem; advice alone is ' +
      'none.',
    examples: [
      ['doctor', 'check everything'],
      ['doctor --json', 'the findings as JSON'],
    ],
  }).action(runs(async () => (await import('../actions/doctor.js')).doctor));
