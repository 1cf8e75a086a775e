import type { CommandUnknownOpts, Option } from '@commander-js/extra-typings';

/** The words that a shell can complete after a command. */
export interface ShellWords {
  readonly name: string;
  readonly summary: string;
  /** What may stand first behind it: its own commands, or the choices of its first argument. */
  readonly actions: readonly string[];
  /** Its own, those of its commands, and those that all commands have. */
  readonly options: readonly Option[];
}

export function shellWordsOf(command: CommandUnknownOpts): ShellWords {
  const line = [command, ...command.commands, ...(command.parent ? [command.parent] : [])];
  const options = new Map(line.flatMap((each) => each.options.map((option) => [option.long, option])));
  options.delete('--version');
  return {
    name: command.name(),
    summary: command.summary() || command.description(),
    actions: [
      ...command.commands.map((each) => each.name()),
      ...(command.registeredArguments[0]?.argChoices ?? []),
    ],
    options: [...options.values()],
  };
}
