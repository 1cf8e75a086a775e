import { Argument } from '@commander-js/extra-typings';
import type { Declare } from '../command.js';
import { command } from '../declaring.js';

export const completion: Declare = (program, runs) =>
  command(program, 'completion', {
    summary: 'prints shell completion for bash or zsh',
    description: 'Prints a shell completion script with all commands, options and values.',
    examples: [
      ['completion bash > ~/.local/share/bash-completion/completions/redis-to-mongo', 'install for bash'],
      ['completion zsh > "$' + '{fpath[1]}/_redis-to-mongo"', 'install for zsh'],
    ],
  })
    .addArgument(new Argument('<SHELL>').choices(['bash', 'zsh']))
    .action(runs(async () => (await import('../actions/completion.js')).completion));
