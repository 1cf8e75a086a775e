import type { Command } from '../command.js';
import { COMMON_OPTIONS } from '../command-options.js';
import { PROGRAMS } from '../programs.js';

/** A completion script for bash 3.2 and later. */
export function bashCompletion(commands: readonly Command[]): string {
  const names = [...PROGRAMS, ...commands]
    .map(({ name }) => name)
    .concat('help')
    .join(' ');
  return `# bash completion for redis-to-mongo
_redis_to_mongo() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" words=
  if [ "$COMP_CWORD" -eq 1 ] || [ "\${COMP_WORDS[1]}" = help ]; then
    words="${names}"
  else
    case "\${COMP_WORDS[1]} $before" in
${commands.flatMap(valueCases).join('\n')}
      *" --config")
        COMPREPLY=($(compgen -f -- "$word"))
        return ;;
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

/** What may stand behind an option. */
function valueCases({ name, options }: Command): string[] {
  return Object.entries(options)
    .filter(([, { value }]) => value !== undefined)
    .map(([option, { choices = [] }]) => `      "${name} --${option}") words="${choices.join(' ')}" ;;`);
}

function wordCase({ name, options, actions = [] }: Command): string {
  const all = Object.keys({ ...options, ...COMMON_OPTIONS }).map((option) => `--${option}`);
  return `          ${name}) words="${[...actions, ...all].join(' ')}" ;;`;
}
