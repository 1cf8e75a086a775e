import { CommanderError } from '@commander-js/extra-typings';
import { SyncError, UNEXPECTED } from '@redis-to-mongo/pipeline';
import { maskCredentials, printable } from '@redis-to-mongo/terminal';
import { CliError } from './cli-error.js';
import { Clients } from './clients.js';
import type { Runs } from './command.js';
import { type Ending, EXIT_CODES } from './exit-codes.js';
import { INTERRUPTED, Interruption, STOP_SIGNALS } from './interruption.js';
import { Output, type OutputOptions } from './output.js';
import { createProgram, isHelpShown, usageError } from './program.js';

/** The arguments, environment and output of one call of the command. */
export interface CliContext extends Omit<OutputOptions, 'isJson'> {
  /** The arguments after the program's name. */
  readonly argv: readonly string[];
  readonly cwd: string;
  /** After a signal, the command prints its results so far, and ends with the signal's exit code. */
  readonly interruption?: Interruption;
}

/** The time that an interrupted command has to print its results, in ms. */
const PRINT_MS = 5_000;

/** Runs one command, and gives the exit code of the process: see EXIT_CODES. */
export async function runCli({
  argv,
  cwd,
  interruption = new Interruption(),
  ...places
}: CliContext): Promise<number> {
  const noteWait = (server: string) => {
    const out = output();
    if (out.isProgressShown) out.note(`redis-to-mongo: still connecting to ${server}`);
  };
  const clients = new Clients({ env: places.env, argv, cwd }, noteWait);
  const called: string[] = [];
  let ending: Ending = 'ok';
  const runs: Runs =
    (load) =>
    async (...args) => {
      const action = await load();
      ending = await action({ out: output(), clients, interruption, program }, ...args);
    };
  const program = createProgram(places, runs);
  const output = () => {
    const { json = false, color } = program.opts();
    return new Output({ ...places, isJson: json, isPlain: !color });
  };
  for (const each of [program, ...program.commands])
    each.hook('preSubcommand', (_, command) => {
      called.push(command.name());
    });
  try {
    const run = program
      .parseAsync(
        withoutHelp(argv, (name) => program.commands.some((each) => each.name() === name)),
        { from: 'user' },
      )
      .then(() => ending);
    run.catch(() => {}); // ignore errors after an interruption
    const ended = await Promise.race([
      run,
      interruption.interrupted().then(() => lastWords(run, interruption)),
    ]);
    if (ended === INTERRUPTED || ended === 'interrupted') return interruptedCode(interruption);
    return EXIT_CODES[ended].code;
  } catch (error) {
    if (interruption.signal) return interruptedCode(interruption);
    const isHelp = isHelpShown(error);
    if (isHelp && error.exitCode === 0) return EXIT_CODES.ok.code;
    if (isHelp && !output().isJson) return EXIT_CODES.usage.code;
    const failure = error instanceof CommanderError ? usageError(error, called.join(' ')) : error;
    return EXIT_CODES[reportError(output(), failure)].code;
  } finally {
    await clients.close();
  }
}

/** Turns `help X …` into `X … --help`: for subcommands and unknown commands, commander would show the overview. */
function withoutHelp(argv: readonly string[], isCommand: (name: string) => boolean): string[] {
  const [first, name, ...rest] = argv;
  if (first !== 'help' || name === undefined) return [...argv];
  return isCommand(name) ? [name, ...rest, '--help'] : [name, ...rest];
}

/** Waits for the output of an interrupted command, within its time limit. */
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

/** Prints on standard error why a command failed, and returns its ending. Unexpected errors are printed with their stack. */
function reportError(out: Output, error: unknown): Ending {
  const isKnown = error instanceof CliError || error instanceof SyncError;
  const message = maskCredentials(error instanceof Error ? error.message : String(error));
  const text = isKnown || !(error instanceof Error) ? message : maskCredentials(error.stack ?? message);
  const lines = text.split('\n').map(printable).join('\n');
  out.error(isKnown ? error.code : UNEXPECTED, message, `redis-to-mongo: ${lines}`);
  return endingOf(error);
}

function endingOf(error: unknown): Ending {
  if (error instanceof CliError) return error.ending;
  if (!(error instanceof SyncError)) return 'failed';
  if (error.errorClass === 'configuration') return 'usage';
  return error.errorClass === 'transient' ? 'unavailable' : 'failed';
}
