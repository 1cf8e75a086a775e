import type { Declare } from '../command.js';
import { command } from '../declaring.js';

export const config: Declare = (program, runs) =>
  command(program, 'config', {
    summary: 'shows the effective configuration, and the source of each value',
    description:
      'Shows the value of every option, and its source: environment, config.json or default. ' +
      'Secrets are masked. It connects to no server. Exit code 2 if the configuration is invalid.',
    examples: [
      ['config --set', 'options that are set'],
      ['config --json', 'with a description of each option'],
    ],
  })
    .option('--set', 'show only options that are set, not the defaults')
    .action(runs(async () => (await import('../actions/config.js')).config));
