import { Argument } from '@commander-js/extra-typings';
import type { Declare } from '../command.js';
import { examples } from '../examples.js';
import { bashCompletion } from '../shell/bash-completion.js';
import { shellWordsOf } from '../shell/shell-words.js';
import { zshCompletion } from '../shell/zsh-completion.js';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion } as const;

export const completion: Declare = (command, { out, ends, allCommands }) =>
  command
    .description('Prints a shell completion script with all commands, options and values.')
    .addArgument(new Argument('<SHELL>').choices(['bash', 'zsh']))
    .addHelpText(
      'after',
      examples(
        ['completion bash > ~/.local/share/bash-completion/completions/redis-to-mongo', 'install for bash'],
        ['completion zsh > "$' + '{fpath[1]}/_redis-to-mongo"', 'install for zsh'],
      ),
    )
    .action(
      ends(async (shell) => {
        // A script has no JSON form: it is for the shell.
        out.stdout.write(SHELLS[shell]((await allCommands()).map(shellWordsOf)));
        return 'ok';
      }),
    );
