import { Command, CommanderError, Help } from '@commander-js/extra-typings';
import { version } from '@redis-to-mongo/terminal';
import { CliError } from './cli-error.js';
import type { Runs } from './command.js';
import { INSPECTING } from './commands/inspecting.js';
import { OPERATING } from './commands/operating.js';
import { SYNCING } from './commands/syncing.js';
import { EXIT_CODES } from './exit-codes.js';
import type { OutputOptions } from './output.js';
import { PROGRAMS } from './programs.js';

const WIDTH = 80;

/**
 * The command line as a whole: the options that all commands have, and each command with its own arguments and options.
 *
 * Parsing throws CommanderError where commander would end the process.
 */
export function createProgram({ stdout, stderr }: Pick<OutputOptions, 'stdout' | 'stderr'>, runs: Runs) {
  const width = () => (stdout.isTTY === true && stdout.columns) || WIDTH;
  const program = new Command('redis-to-mongo')
    .description('Mirrors Redis in MongoDB, and shows and controls the mirror.')
    .usage('COMMAND [options]')
    .version(`redis-to-mongo ${version()}`, '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [COMMAND]', 'show the usage of a command, with examples')
    .option('--json', 'print JSON; notes and errors, too, one per line on standard error')
    .option('--no-color', 'no colors, as with NO_COLOR; colors are only used on a terminal')
    .option(
      '--config <PATH>',
      'the configuration file (default: CONFIG_FILE, else ./config.json or ./config/config.json)',
    )
    .exitOverride()
    .configureHelp({
      showGlobalOptions: true,
      // The overview lists only the commands' names.
      subcommandTerm: (command) =>
        command.parent?.parent === null ? command.name() : Help.prototype.subcommandTerm(command),
    })
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => {
        if (!isJson(program)) stderr.write(text);
      },
      getOutHelpWidth: width,
      getErrHelpWidth: width,
      outputError: () => {}, // reported by reportError, as any other error
    })
    .addHelpText('after', afterwards());
  program.commandsGroup('Apps, which run until Ctrl-C or SIGTERM:');
  for (const { name, summary } of PROGRAMS) program.command(name).description(summary);
  program.commandsGroup('Commands:');
  for (const declare of [...INSPECTING, ...SYNCING, ...OPERATING]) declare(program, runs);
  return program;
}

function afterwards(): string {
  const codes = Object.values(EXIT_CODES).map(({ code, meaning }) => `  ${String(code).padEnd(5)}${meaning}`);
  return [
    '\nExit codes:',
    ...codes,
    '\nConfiguration: the environment overrides config.json, which overrides the defaults.',
  ].join('\n');
}

/** The usage error of commander in one line, with the remedy. @param name of the command, if one was called. */
export function usageError({ code, message }: CommanderError, name = ''): CliError {
  if (code === 'commander.help')
    return new CliError('CLI_USAGE', `name a command: see redis-to-mongo help ${name}`.trimEnd());
  const [what = '', ...more] = message.replace(/^error: /, '').split('\n');
  const text = [what, ...more].join(' ').replace(/\.$/, '');
  const where = name === '' ? '' : `${name}: `;
  return new CliError('CLI_USAGE', `${where}${text}: see redis-to-mongo help ${name}`.trimEnd());
}

/** Whether --json is given. With it, the usage is not shown where a command is missing: an error says so. */
function isJson(program: { opts(): { json?: true | undefined } }): boolean {
  return program.opts().json === true;
}

/** Whether commander stopped because it showed the help or the version. */
export function isHelpShown(error: unknown): error is CommanderError {
  return error instanceof CommanderError && /^commander\.(help|version)/.test(error.code);
}
