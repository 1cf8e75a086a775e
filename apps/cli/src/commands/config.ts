import { describeConfig } from '@redis-to-mongo/config';
import { colored } from '@redis-to-mongo/terminal';
import type { Declare } from '../command.js';
import { examples } from '../examples.js';

export const config: Declare = (command, { out, clients, ends }) =>
  command
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
    .action(
      ends(async ({ set }) => {
        const config = await clients.config();
        const shown = describeConfig(config).filter(({ source }) => !set || source !== 'default');
        if (out.isJson) {
          out.json({ file: config.file ?? null, warnings: config.warnings, options: shown });
          return 'ok';
        }
        out.table(
          ['OPTION', 'VALUE', 'SOURCE'],
          shown.map(({ option, value, source }) => [
            option,
            value,
            source === 'default' ? colored(source, 'dim') : source,
          ]),
        );
        if (config.file) out.note(`config.json: ${config.file}`);
        for (const warning of config.warnings) out.note(`warning: ${warning}`);
        return 'ok';
      }),
    );
