import { describeConfig } from '@redis-to-mongo/config';
import { colored } from '@redis-to-mongo/terminal';
import type { Call } from '../command.js';
import type { Ending } from '../exit-codes.js';

export async function config(
  { out, clients }: Call,
  { set }: { readonly set?: boolean | undefined },
): Promise<Ending> {
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
}
