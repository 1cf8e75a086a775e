import type { Command, OptionSpec } from '../command.js';
import { COMMON_OPTIONS } from '../command-options.js';
import { PROGRAMS } from '../programs.js';

/**
 * A completion script for zsh.
 * Source: https://zsh.sourceforge.io/Doc/Release/Completion-System.html#Completion-Functions
 */
export function zshCompletion(commands: readonly (Command & { readonly summary: string })[]): string {
  const described = [...PROGRAMS, ...commands].map(
    ({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`,
  );
  return `#compdef redis-to-mongo
_redis-to-mongo() {
  local -a commands
  commands=(
${described.join('\n')}
    'help:how a command is used'
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
# Autoloaded from a file of this name, it is called for the first time by this very call; sourced, it has to be told of.
if [[ \${funcstack[1]} == _redis-to-mongo ]]; then
  _redis-to-mongo "$@"
else
  compdef _redis-to-mongo redis-to-mongo
fi
`;
}

function caseOf({ name, options, actions }: Command): string {
  const specs = Object.entries<OptionSpec>({ ...options, ...COMMON_OPTIONS }).map(optionSpec);
  const first = actions ? [quoted(`1:action:(${actions.join(' ')})`)] : [];
  return `    ${name}) _arguments ${[...first, ...specs].join(' ')} ;;`;
}

function optionSpec([name, { value, choices, doc }]: [string, OptionSpec]): string {
  const about = doc.replace(/[[\]:\\]/g, '\\$&');
  const action = choices ? `(${choices.join(' ')})` : value === 'PATH' ? '_files' : '';
  return quoted(`--${name}[${about}]${value === undefined ? '' : `:${value}:${action}`}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
