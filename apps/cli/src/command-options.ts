import { parseArgs } from 'node:util';
import { CliError } from './cli-error.js';
import type { Command, OptionSpec } from './command.js';
import { didYouMean } from './did-you-mean.js';

/** Options that every command has. */
export const COMMON_OPTIONS = {
  json: { doc: 'print JSON, for machines' },
  'no-color': { doc: 'no colors, as with NO_COLOR; there are none but on a terminal' },
  config: { value: 'PATH', doc: 'the configuration file; default: CONFIG_FILE, else ./config.json' },
  help: { short: 'h', doc: 'show this help' },
} as const satisfies Record<string, OptionSpec>;

/** The options of one call, read as what they are declared to be. */
export class CommandOptions {
  readonly #values: Readonly<Record<string, string | boolean | undefined>>;
  readonly #command: Pick<Command, 'name' | 'options'>;

  constructor(
    command: Pick<Command, 'name' | 'options'>,
    values: Record<string, string | boolean | undefined>,
  ) {
    this.#command = command;
    this.#values = values;
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** @throws CliError CLI_USAGE when it is not a whole number within the bounds. */
  whole(name: string, fallback: number, bounds: { readonly min: number; readonly max: number }): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= bounds.min && value <= bounds.max) return value;
    throw this.#wrong(name, text, `write a whole number from ${bounds.min} to ${bounds.max}`);
  }

  /** One of the choices that the option is declared with. @throws CliError CLI_USAGE. */
  choice<const Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const choice = choices.find((each) => each === text);
    if (choice === undefined)
      throw this.#wrong(name, text, `${didYouMean(text, choices)}write one of ${choices.join(', ')}`);
    return choice;
  }

  #wrong(name: string, value: string, remedy: string): CliError {
    return new CliError('CLI_USAGE', `${this.#command.name}: --${name} ${value}: ${remedy}`);
  }
}

/** @throws CliError CLI_USAGE when the command does not take what it is given. */
export function parseCall(
  command: Command,
  argv: readonly string[],
): { readonly args: readonly string[]; readonly options: CommandOptions } {
  const { values, positionals } = parse(command, argv);
  const options = new CommandOptions(command, values);
  const { min, max } = command.args;
  if (options.flag('help')) return { args: positionals, options };
  if (positionals.length < min || positionals.length > max)
    throw new CliError(
      'CLI_USAGE',
      `${command.name}: ${positionals.length < min ? 'something is missing' : 'too much'}: write ${command.forms
        .map((form) => `redis-to-mongo ${command.name} ${form}`.trimEnd())
        .join(' or ')}`,
    );
  return { args: positionals, options };
}

function parse(command: Command, argv: readonly string[]) {
  const declared = Object.entries({ ...command.options, ...COMMON_OPTIONS });
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: Object.fromEntries(
        declared.map(([name, spec]: [string, OptionSpec]) => [
          name,
          {
            type: spec.value === undefined ? ('boolean' as const) : ('string' as const),
            ...(spec.short === undefined ? {} : { short: spec.short }),
          },
        ]),
      ),
    });
    return { values: values as Record<string, string | boolean | undefined>, positionals };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const unknown = /^Unknown option '--?([^']+)'/.exec(message)?.[1];
    const names = declared.map(([name]) => name);
    const remedy = `${didYouMean(unknown, names, '--')}see redis-to-mongo help ${command.name}`;
    throw new CliError('CLI_USAGE', `${command.name}: ${message.split('. ')[0]}: ${remedy}`);
  }
}
