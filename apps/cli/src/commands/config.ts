import type { Declare } from '../command.js';
import { examples } from '../declaring.js';

export const config: Declare = (program, runs) =>
  program
    .command('config')
    .summary('shows the effective configuration, and the source of each value')
    .description(
      'Shows the value of every option, and its source: environment, config.json or default. ' +
        'Secrets are masked. It connects to no server. Exit code 2 if the configuration is invalid.',
    )
    .option('--set', 'show only options that are set, not the defaults')
    .addHelpText(
      'after',
      examples(
        ['config --set', 'options that are set'],
        ['config --json', 'with a description of each option'],
      ),
    )
    .action(runs(async () => (await import('../actions/config.js')).config));
