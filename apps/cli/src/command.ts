import type { CommandOptions } from './command-options.js';
import type { Ending } from './exit-codes.js';
import type { Interruption } from './interruption.js';
import type { Output } from './output.js';
import type { Servers } from './servers.js';

/** An option of a command, as it is declared. */
export interface OptionSpec {
  /** What stands for its value in the help (`N`, `URL`); absent for one that takes none. */
  readonly value?: string;
  /** The letter that stands for it behind one hyphen. */
  readonly short?: string;
  /** The values allowed. */
  readonly choices?: readonly string[];
  readonly doc: string;
}

/** What a command is given to work with. */
export interface Call {
  /** What stands on the command line behind the command's name, options aside. */
  readonly args: readonly string[];
  readonly options: CommandOptions;
  readonly out: Output;
  /** Opened when used, closed when the command has ended. */
  readonly servers: Servers;
  readonly interruption: Interruption;
}

/** One command: a file in `commands/`, imported when used. */
export interface Command {
  readonly name: string;
  /** What it takes behind its name, as the help shows it; one line for each form. */
  readonly forms: readonly string[];
  /** What it does, in a few sentences. */
  readonly about: string;
  /** How many arguments it takes. */
  readonly args: { readonly min: number; readonly max: number };
  /** First arguments that are words of its own, for the completion. */
  readonly actions?: readonly string[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** A command line behind `redis-to-mongo`, and what it does. */
  readonly examples: readonly (readonly [line: string, what: string])[];
  run(call: Call): Promise<Ending>;
}
