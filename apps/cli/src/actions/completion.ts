import type { Call } from '../command.js';
import type { Ending } from '../exit-codes.js';
import { bashCompletion, shellWordsOf, zshCompletion } from '../shell/completions.js';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion } as const;

export async function completion({ out, program }: Call, shell: keyof typeof SHELLS): Promise<Ending> {
  // A script has no JSON form: it is for the shell.
  out.stdout.write(SHELLS[shell](program.commands.map(shellWordsOf)));
  return 'ok';
}
