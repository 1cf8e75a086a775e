import { describeConfig } from '@redis-to-mongo/config';
import { colored } from '@redis-to-mongo/terminal';
import type { Declare } from '../command.js';
import { examples } from '../examples.js';

export const config: Declare = (command, { out, clients, ends }) =>
  command
    .description(
      'Shows every option with the value that holds and where it comes from: environment, config.json or default. ' +
        'Secrets are masked. It connects to nothing; exit code 2 when the configuration can’t be used.',
    )
    .option('--set', 'only what somebody has set, not the defaults')
    .addHelpText(
      'after',
      examples(
        ['config --set', 'what differs from the defaults'],
        ['config --json', 'with the meaning of each option'],
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
