import { CliError } from './cli-error.js';
import type { Command } from './command.js';
import { parseCall } from './command-options.js';
import { COMMANDS } from './commands.js';
import { EXIT_CODES } from './exit-codes.js';
import { printHelp, printOverview } from './help.js';
import { Output, type OutputOptions } from './output.js';
import { Servers } from './servers.js';
import { tellFailure } from './tell-failure.js';

/** Where a call of the command comes from, and where its answer goes. */
export interface CliPlaces extends Omit<OutputOptions, 'isJson'> {
  /** Behind the program's name. */
  readonly argv: readonly string[];
  readonly cwd: string;
}

/** Runs one command, and gives the exit code of the process: see EXIT_CODES. */
export async function runCli({ argv, cwd, ...places }: CliPlaces): Promise<number> {
  const out = new Output({ ...places, isJson: argv.includes('--json') });
  const servers = new Servers({ env: places.env, argv, cwd });
  try {
    const [name, ...rest] = argv;
    if (name === undefined || name === '--help' || (name === 'help' && rest.length === 0)) {
      printOverview(out);
      return EXIT_CODES[name === undefined ? 'usage' : 'ok'].code;
    }
    const command = await find(name === 'help' ? (rest[0] ?? '') : name);
    const { args, options } = parseCall(command, name === 'help' ? ['--help'] : rest);
    if (options.flag('help')) {
      printHelp(out, command);
      return EXIT_CODES.ok.code;
    }
    return EXIT_CODES[await command.run({ args, options, out, servers })].code;
  } catch (error) {
    return EXIT_CODES[await tellFailure(out, error)].code;
  } finally {
    await servers.close();
  }
}

async function find(name: string): Promise<Command> {
  const entry = COMMANDS.find((each) => each.name === name);
  if (!entry)
    throw new CliError(
      'CLI_USAGE',
      `there is no command ${name}: redis-to-mongo help shows those that there are`,
    );
  return await entry.load();
}
