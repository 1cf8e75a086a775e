import { lstat, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

export interface HandedOver {
  /** Where to find the password. For the log, which must not contain the password. */
  readonly where: string;
  /** Removes the password's file. */
  close(): Promise<void>;
}

/**
 * Gives a generated password to the person who started the dashboard: on the terminal if there is one, else in a file
 * that only this user can read. Without a terminal, standard error is often a log.
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
  const begin = `redis-to-mongo-dashboard-${hostname()}-`;
  await removeOfKilled(begin);
  const folder = await mkdtemp(join(tmpdir(), `${begin}${process.pid}-`));
  const file = join(folder, 'login.txt');
  await writeFile(file, text, { mode: 0o600 });
  return { where: file, close: () => rm(folder, { recursive: true, force: true }) };
}

/** Removes the files left by killed dashboards of this user. @param begin the start of their names, before the process id. */
async function removeOfKilled(begin: string): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(begin))) {
    const folder = join(tmpdir(), name);
    const found = await lstat(folder).catch(() => undefined);
    if (!found?.isDirectory() || found.uid !== process.getuid?.()) continue;
    if (!isRunning(Number.parseInt(name.slice(begin.length), 10)))
      await rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
