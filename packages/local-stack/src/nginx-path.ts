import { access, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDir } from './cache-dir.js';
import { findOnPath } from './find-on-path.js';
import { commandWorks, runCommand } from './run-command.js';
import { withLock } from './with-lock.js';

/**
 * The path of an nginx for tests behind a proxy: one in the PATH, else that of Debian's package, which is unpacked and
 * not installed: installing it would start a web server on the machine.
 * @returns undefined where there is none and none can be had (no apt-get, no network, libraries of another release).
 */
export async function nginxPath(): Promise<string | undefined> {
  const found = await findOnPath('nginx');
  if (found !== undefined) return found;
  const unpacked = join(await cacheDir('nginx'), 'usr', 'sbin', 'nginx');
  const isThere = await access(unpacked).then(
    () => true,
    () => false,
  );
  if (!isThere) await withLock('nginx', fromDebian).catch(() => undefined);
  return (await commandWorks(unpacked, ['-v'])) ? unpacked : undefined;
}

async function fromDebian(): Promise<void> {
  const root = await cacheDir('nginx');
  const dir = await mkdtemp(join(root, 'unpacking-'));
  try {
    await runCommand('apt-get', ['download', '-q', 'nginx'], { cwd: dir, timeoutMs: 60_000 });
    const [archive = ''] = (await readdir(dir)).filter((name) => name.endsWith('.deb'));
    await runCommand('dpkg', ['-x', join(dir, archive), join(dir, 'tree')]);
    await rm(join(root, 'usr'), { recursive: true, force: true });
    await rename(join(dir, 'tree', 'usr'), join(root, 'usr'));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
