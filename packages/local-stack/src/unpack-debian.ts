import { access, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDir } from './cache-dir.js';
import { runCommand } from './run-command.js';
import { withLock } from './with-lock.js';

/**
 * Unpacks a Debian package below the cache, once; it needs no rights, and is not installed: installing a server would start
 * it on the machine.
 * @returns the directory that holds its `usr/bin` (or `usr/sbin`); undefined where it can't be had (no apt-get, no network).
 */
export async function unpackDebian(name: string, folder: 'bin' | 'sbin'): Promise<string | undefined> {
  const root = await cacheDir(name);
  const dir = join(root, 'usr', folder);
  // Another process may have unpacked it while this one waited for the lock; that one's servers run from there.
  const unpackOnce = async () => {
    if (!(await isThere(dir))) await unpack(name, root);
  };
  if (!(await isThere(dir))) await withLock(name, unpackOnce).catch(() => undefined);
  return (await isThere(dir)) ? dir : undefined;
}

async function unpack(name: string, root: string): Promise<void> {
  const dir = await mkdtemp(join(root, 'unpacking-'));
  try {
    await runCommand('apt-get', ['download', '-q', name], { cwd: dir, timeoutMs: 120_000 });
    const [archive = ''] = (await readdir(dir)).filter((file) => file.endsWith('.deb'));
    await runCommand('dpkg', ['-x', join(dir, archive), join(dir, 'tree')]);
    await rm(join(root, 'usr'), { recursive: true, force: true });
    await rename(join(dir, 'tree', 'usr'), join(root, 'usr'));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
