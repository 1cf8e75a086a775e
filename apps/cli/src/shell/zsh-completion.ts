import type { Option } from '@commander-js/extra-typings';
import type { ShellWords } from './bash-completion.js';

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
