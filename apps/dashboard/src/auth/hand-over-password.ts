import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface HandedOver {
  /** Where the password is to be found: for the log, which must not hold it. */
  readonly where: string;
  /** Takes it away again. */
  close(): Promise<void>;
}

/**
 * Gives a made-up password to the person who started the dashboard: on the terminal if there is one, else in a file
 * that only this user can read. Standard error without a terminal is often someone's log.
 */
export async function handOverPassword(
  username: string,
  password: string,
  terminal: NodeJS.WritableStream & { readonly isTTY?: boolean },
): Promise<HandedOver> {
  const text = `user name: ${username}\npassword:  ${password}\n`;
  if (terminal.isTTY) {
    terminal.write(`\nThe dashboard's login for this run:\n${text}\n`);
    return { where: 'the terminal', close: async () => undefined };
  }
  const folder = await mkdtemp(join(tmpdir(), 'redis-to-mongo-dashboard-'));
  const file = join(folder, 'login.txt');
  await writeFile(file, text, { mode: 0o600 });
  return { where: file, close: () => rm(folder, { recursive: true, force: true }) };
}
