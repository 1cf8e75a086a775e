import type { Command, OptionSpec } from './command.js';
import { COMMON_OPTIONS } from './command-options.js';
import { COMMANDS } from './commands.js';
import { EXIT_CODES } from './exit-codes.js';
import type { Output } from './output.js';
import { PROGRAMS } from './programs.js';

/** What there is. */
export function printOverview(out: Output): void {
  out.line('redis-to-mongo: run the mirror of Redis in MongoDB, see it, ask it, steer it.');
  out.line('\nredis-to-mongo COMMAND [OPTIONS]; redis-to-mongo help COMMAND tells more, with examples');
  out.heading('Apps: each runs until Ctrl-C or SIGTERM');
  out.facts(PROGRAMS.map(({ name, summary }) => [`  ${name}`, summary]));
  out.heading('Commands');
  out.facts(COMMANDS.map(({ name, summary }) => [`  ${name}`, summary]));
  out.heading('Options of every command');
  printOptions(out, COMMON_OPTIONS);
  out.facts([['  -V, --version', 'without a command: show the version']]);
  out.heading('Exit codes');
  out.facts(Object.values(EXIT_CODES).map(({ code, meaning }) => [`  ${code}`, meaning]));
  out.line('\nThe configuration is that of the fleet: environment over config.json over defaults.');
}

/** How one command is used. */
export function printHelp(out: Output, command: Command): void {
  for (const form of command.forms) out.line(`redis-to-mongo ${command.name} ${form}`.trimEnd());
  out.line(`\n${command.about}`);
  out.heading('Options');
  printOptions(out, { ...command.options, ...COMMON_OPTIONS });
  if (command.examples.length === 0) return;
  out.heading('Examples');
  out.facts(command.examples.map(([line, what]) => [`  redis-to-mongo ${line}`, what]));
}

function printOptions(out: Output, options: Readonly<Record<string, OptionSpec>>): void {
  out.facts(
    Object.entries(options).map(([name, { short, value, choices, doc }]) => [
      `  ${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`,
      choices ? `${doc}: ${choices.join(', ')}` : doc,
    ]),
  );
}
