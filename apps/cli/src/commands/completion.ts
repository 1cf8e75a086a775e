import { CliError } from '../cli-error.js';
import type { Command } from '../command.js';
import { COMMANDS } from '../commands.js';
import { bashCompletion } from '../shell/bash-completion.js';
import { zshCompletion } from '../shell/zsh-completion.js';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion } as const;

export const completion: Command = {
  name: 'completion',
  forms: ['bash', 'zsh'],
  about: 'Prints a script that teaches the shell the commands, their options and their values.',
  args: { min: 1, max: 1 },
  actions: ['bash', 'zsh'],
  options: {},
  examples: [
    ['completion bash > ~/.local/share/bash-completion/completions/redis-to-mongo', 'for bash, from now on'],
    ['completion zsh > "$' + '{fpath[1]}/_redis-to-mongo"', 'for zsh, from now on'],
  ],
  async run({ args: [shell], out }) {
    if (shell !== 'bash' && shell !== 'zsh')
      throw new CliError('CLI_USAGE', `completion ${shell}: write bash or zsh`);
    const commands = await Promise.all(
      COMMANDS.map(async ({ summary, load }) => ({ summary, ...(await load()) })),
    );
    out.stdout.write(SHELLS[shell](commands));
    return 'ok';
  },
};
