import type { Command, CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Clients } from './clients.js';
import type { Ending } from './exit-codes.js';
import type { Interruption } from './interruption.js';
import type { Output } from './output.js';

/** The context of a command that runs. */
export interface Call {
  readonly out: Output;
  /** Opened when used, closed when the command has ended. */
  readonly clients: Clients;
  readonly interruption: Interruption;
  /** The whole command line, fully declared. */
  readonly program: CommandUnknownOpts;
}

/** What a command does, with its arguments and options as commander parsed them. The result decides the exit code. */
type Action<Args extends unknown[]> = (call: Call, ...args: Args) => Promise<Ending>;

/**
 * Wraps an action for commander. The action's file is imported only when the command runs: with all drivers, help and
 * usage errors would take four times as long.
 */
export type Runs = <Args extends unknown[]>(
  load: () => Promise<Action<Args>>,
) => (...args: Args) => Promise<void>;

/**
 * Adds a command: its name, arguments, options and help, and the action in `actions/`. It loads no
 * driver.
 */
export type Declare = (program: Command, runs: Runs) => unknown;
