import { ALLOW_NONE } from '../allow-none.js';
import type { Declare } from '../command.js';
import { command } from '../declaring.js';

export const resume: Declare = (program, runs) =>
  command(program, 'resume', {
    summary: 'resumes paused keys, and syncs them now',
    description:
      'Resumes paused keys, and has the fleet sync them now. PATTERN is a key or a Redis glob pattern ' +
      '(`orders:*`) for the whole name; quote it. Resuming twice is harmless. Exit code 1 if a PATTERN matches no key, without ' +
      '--allow-none.',
    examples: [
      ['resume orders', 'resume one key'],
      ["resume '*'", 'resume all paused keys'],
    ],
  })
    .argument('<PATTERN...>')
    .addOption(ALLOW_NONE)
    .action(runs(async () => (await import('../actions/resume.js')).resume));
