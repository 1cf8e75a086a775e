import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** A password, or why there is none, in words. */
export type Read = { readonly password: string } | { readonly problem: string };

/**
 * Reads a password: on a terminal twice, without showing it, because nobody sees a typing error in it; otherwise the
 * first line.
 * @param prompts where a terminal shows the questions.
 * @param onInterrupt called on Ctrl-C, after which there is no password.
 */
export async function readPassword(
  input: NodeJS.ReadableStream & { readonly isTTY?: boolean },
  prompts: NodeJS.WritableStream,
  onInterrupt: () => void,
): Promise<Read> {
  const terminal = input.isTTY === true;
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: silent, terminal, historySize: 0 });
  lines.once('SIGINT', () => {
    lines.close();
    onInterrupt();
  });
  const typed = lines[Symbol.asyncIterator]();
  const ask = async (question: string): Promise<string> => {
    if (terminal) prompts.write(question);
    const { value, done } = await typed.next();
    if (terminal) prompts.write('\n');
    return done ? '' : value;
  };
  try {
    const password = await ask('Password: ');
    if (password === '')
      return { problem: 'No password was given: enter one, or send it to standard input.' };
    if (terminal && (await ask('The same again: ')) !== password)
      return { problem: 'The two passwords differ. Run the command again.' };
    return { password };
  } finally {
    lines.close();
  }
}
