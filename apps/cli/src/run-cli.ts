import { CliError } from './cli-error.js';
import type { Command } from './command.js';
import { parseCall } from './command-options.js';
import { COMMANDS } from './commands.js';
import { didYouMean } from './did-you-mean.js';
import { EXIT_CODES } from './exit-codes.js';
import { printHelp, printOverview } from './help.js';
import { INTERRUPTED, Interruption, STOP_SIGNALS } from './interruption.js';
import { Output, type OutputOptions } from './output.js';
import { PROGRAMS } from './programs.js';
import { Servers } from './servers.js';
import { tellFailure } from './tell-failure.js';

/** Where a call of the command comes from, and where its answer goes. */
export interface CliPlaces extends Omit<OutputOptions, 'isJson'> {
  /** Behind the program's name. */
  readonly argv: readonly string[];
  readonly cwd: string;
  /** Interrupted by a signal, the command prints what it has done so far, and ends with the signal's exit code. */
  readonly interruption?: Interruption;
}

/** A command that was interrupted prints what it has within this, in ms. */
const PRINT_MS = 5_000;

/** Runs one command, and gives the exit code of the process: see EXIT_CODES. */
export async function runCli({
  argv,
  cwd,
  interruption = new Interruption(),
  ...places
}: CliPlaces): Promise<number> {
  const out = new Output({
    ...places,
    isJson: argv.includes('--json'),
    isPlain: argv.includes('--no-color'),
  });
  const servers = new Servers({ env: places.env, argv, cwd });
  try {
    const [name, ...rest] = argv;
    if (name === '--version' || name === '-V') {
      const { version } = await import('@redis-to-mongo/app-shell');
      out.line(`redis-to-mongo ${version()}`);
      return EXIT_CODES.ok.code;
    }
    if (name === undefined || name === '--help' || name === '-h' || (name === 'help' && rest.length === 0)) {
      printOverview(out);
      return EXIT_CODES[name === undefined ? 'usage' : 'ok'].code;
    }
    const command = await find(name === 'help' ? (rest[0] ?? '') : name);
    const { args, options } = parseCall(command, name === 'help' ? ['--help'] : rest);
    if (options.flag('help')) {
      printHelp(out, command);
      return EXIT_CODES.ok.code;
    }
    const run = command.run({ args, options, out, servers, interruption });
    run.catch(() => {}); // an error after an interruption is of no interest
    const ending = await Promise.race([run, interruption.told().then(() => lastWords(run, interruption))]);
    if (ending === INTERRUPTED || ending === 'interrupted') return interruptedCode(interruption);
    return EXIT_CODES[ending].code;
  } catch (error) {
    if (interruption.signal) return interruptedCode(interruption);
    return EXIT_CODES[await tellFailure(out, error)].code;
  } finally {
    await servers.close();
  }
}

/** What an interrupted command has to say, if anything, within its time. */
async function lastWords<Ending>(
  run: Promise<Ending>,
  { isAwaited }: Interruption,
): Promise<Ending | typeof INTERRUPTED> {
  if (!isAwaited) return INTERRUPTED;
  const late = new Promise<typeof INTERRUPTED>((resolve) => {
    setTimeout(() => resolve(INTERRUPTED), PRINT_MS).unref();
  });
  return await Promise.race([run, late]);
}

function interruptedCode({ signal = 'SIGINT' }: Interruption): number {
  return STOP_SIGNALS[signal];
}

async function find(name: string): Promise<Command> {
  const entry = COMMANDS.find((each) => each.name === name);
  if (entry) return await entry.load();
  const { maskCredentials } = await import('@redis-to-mongo/app-shell');
  const names = [...PROGRAMS, ...COMMANDS].map((each) => each.name);
  throw new CliError(
    'CLI_USAGE',
    `there is no command ${maskCredentials(name)}: ${didYouMean(name, names)}redis-to-mongo help shows those that there are`,
  );
}
