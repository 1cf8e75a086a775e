import type { CommandUnknownOpts, Option } from '@commander-js/extra-typings';

/** A completion script for bash 3.2 and later. */
export function bashCompletion(commands: readonly ShellWords[]): string {
  const names = [...commands.map(({ name }) => name), 'help'].join(' ');
  return `# bash completion for redis-to-mongo
_redis_to_mongo() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" words=
  if [ "$COMP_CWORD" -eq 1 ] || [ "\${COMP_WORDS[1]}" = help ]; then
    words="${names}"
  else
    case "\${COMP_WORDS[1]} $before" in
      *" --config")
        COMPREPLY=($(compgen -f -- "$word"))
        return ;;
${commands.flatMap(valueCases).join('\n')}
      *)
        case "\${COMP_WORDS[1]}" in
${commands.map(wordCase).join('\n')}
        esac ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -F _redis_to_mongo redis-to-mongo
`;
}

/** The possible values of an option. */
function valueCases({ name, options }: ShellWords): string[] {
  return options
    .filter((option) => option.required)
    .map(({ long, argChoices = [] }) => `      "${name} ${long}") words="${argChoices.join(' ')}" ;;`);
}

function wordCase({ name, options, actions }: ShellWords): string {
  return `          ${name}) words="${[...actions, ...options.map(({ long }) => long), '--help'].join(' ')}" ;;`;
}

/** The words that a shell can complete after a command. */
export type ShellWords = ReturnType<typeof shellWordsOf>;

export function shellWordsOf(command: CommandUnknownOpts) {
  const line = [command, ...command.commands, ...(command.parent ? [command.parent] : [])];
  const options = new Map(line.flatMap((each) => each.options.map((option) => [option.long, option])));
  options.delete('--version');
  return {
    name: command.name(),
    summary: command.summary() || command.description(),
    /** The possible first words after the command: its own commands, or the choices of its first argument. */
    actions: [
      ...command.commands.map((each) => each.name()),
      ...(command.registeredArguments[0]?.argChoices ?? []),
    ],
    /** Its own options, its commands' options, and the options that all commands have. */
    options: [...options.values()],
  };
}

/**
 * A completion script for zsh.
 * Source: https://zsh.sourceforge.io/Doc/Release/Completion-System.html#Completion-Functions
 */
export function zshCompletion(commands: readonly ShellWords[]): string {
  const described = commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`);
  return `#compdef redis-to-mongo
_redis-to-mongo() {
  local -a commands
  commands=(
${described.join('\n')}
    'help:show the usage of a command'
  )
  if (( CURRENT == 2 )) || [[ $words[2] == help ]]; then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${commands.map(caseOf).join('\n')}
  esac
}
# If this file is autoloaded, this is the first call of the function; if it is sourced, register the function.
if [[ \${funcstack[1]} == _redis-to-mongo ]]; then
  _redis-to-mongo "$@"
else
  compdef _redis-to-mongo redis-to-mongo
fi
`;
}

function caseOf({ name, options, actions }: ShellWords): string {
  const first = actions.length > 0 ? [quoted(`1:action:(${actions.join(' ')})`)] : [];
  const all = [...first, ...options.map(optionSpec), quoted('--help[show this help]')];
  return `    ${name}) _arguments ${all.join(' ')} ;;`;
}

function optionSpec({ long, flags, required, argChoices, description }: Option): string {
  const about = description.replace(/[[\]:\\]/g, '\\$&');
  const value = /<(.*)>/.exec(flags)?.[1] ?? '';
  const action = argChoices ? `(${argChoices.join(' ')})` : value === 'PATH' ? '_files' : '';
  return quoted(`${long}[${about}]${required ? `:${value}:${action}` : ''}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
