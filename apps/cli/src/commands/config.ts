import type { Command } from '../command.js';
import { colored } from '../table.js';

export const config: Command = {
  name: 'config',
  forms: ['[--set]'],
  about:
    'Shows every option with the value that holds and where it comes from: environment, config.json or default.\n' +
    'Secrets are masked. It connects to nothing; exit code 2 when the configuration can’t be used.',
  args: { min: 0, max: 0 },
  options: { set: { doc: 'only what somebody has set, not the defaults' } },
  examples: [
    ['config --set', 'what differs from the defaults'],
    ['config --json', 'with the meaning of each option'],
  ],
  async run({ options, out, servers }) {
    const { describeConfig } = await import('@redis-to-mongo/config');
    const config = await servers.config();
    const shown = describeConfig(config).filter(({ source }) => !options.flag('set') || source !== 'default');
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
  },
};
