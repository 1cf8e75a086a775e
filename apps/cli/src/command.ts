import type { Command, CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Clients } from './clients.js';
import type { Ending } from './exit-codes.js';
import type { Interruption } from './interruption.js';
import type { Output } from './output.js';

/** The context of a command. */
export interface Call {
  readonly out: Output;
  /** Opened when used, closed when the command has ended. */
  readonly clients: Clients;
  readonly interruption: Interruption;
  /** Wraps an action for commander. Its result decides the exit code. */
  ends<Args extends unknown[]>(action: (...args: Args) => Promise<Ending>): (...args: Args) => Promise<void>;
  /** All commands, each fully declared. */
  allCommands(): Promise<readonly CommandUnknownOpts[]>;
}

/** Adds a command's arguments, options, help and action. Each file in `commands/` exports one of these. */
export type Declare = (command: NewCommand, call: Call) => unknown;

/** A command that has no arguments yet, and no options of its own. */
export type NewCommand = Command;
