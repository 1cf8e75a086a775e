import { readdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDir } from './cache-dir.js';
import { LocalStackError } from './local-stack-error.js';
import { runCommand } from './run-command.js';
import { withLock } from './with-lock.js';

/** A wheel that brings these libraries along, for any Linux on x86-64; newer systems have OpenSSL 3 alone. */
const CARRIER = 'psycopg2-binary==2.9.5';
const LIBRARIES = ['libcrypto', 'libssl'];

/**
 * A directory with OpenSSL 1.1's libraries, for a program that was linked against them.
 *
 * @param python an interpreter that has pip
 * @throws LocalStackError `LOCAL_STACK_COMMAND_FAILED`
 */
export async function openssl11(python: string, onProgress: (line: string) => void): Promise<string> {
  const parent = await cacheDir('libraries');
  const dir = join(parent, 'openssl-1.1');
  const libraries = join(dir, 'psycopg2_binary.libs');
  await withLock('openssl-1.1', async () => {
    if ((await readdir(parent)).includes('openssl-1.1')) return;
    onProgress(`installing the libraries of OpenSSL 1.1 into ${dir}`);
    const unfinished = `${dir}.unfinished`;
    await rm(unfinished, { recursive: true, force: true });
    await runCommand(python, [
      ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps'],
      ...['--only-binary=:all:', '--platform', 'manylinux2014_x86_64', '--python-version', '3.11'],
      ...['--target', unfinished, CARRIER],
    ]);
    await linkByPlainNames(join(unfinished, 'psycopg2_binary.libs'));
    await rename(unfinished, dir);
  });
  return libraries;
}

/** The wheel's libraries have a digest in their names; programs ask for them without. */
async function linkByPlainNames(dir: string): Promise<void> {
  const files = await readdir(dir);
  for (const library of LIBRARIES) {
    const file = files.find((name) => name.startsWith(`${library}-`) && name.endsWith('.so.1.1'));
    if (file === undefined)
      throw new LocalStackError('LOCAL_STACK_COMMAND_FAILED', `${CARRIER} holds no ${library} 1.1`);
    await symlink(file, join(dir, `${library}.so.1.1`));
  }
}
