import { join } from 'node:path';
import { findOnPath } from './find-on-path.js';
import { commandWorks } from './run-command.js';
import { unpackDebian } from './unpack-debian.js';

/**
 * The path of an nginx for tests behind a proxy: one in the PATH, else that of Debian's package, unpacked.
 * @returns undefined where there is none and none can be had (no apt-get, no network, libraries of another release).
 */
export async function nginxPath(): Promise<string | undefined> {
  const found = await findOnPath('nginx');
  if (found !== undefined) return found;
  const dir = await unpackDebian('nginx', 'sbin');
  const unpacked = dir && join(dir, 'nginx');
  return unpacked && (await commandWorks(unpacked, ['-v'])) ? unpacked : undefined;
}
