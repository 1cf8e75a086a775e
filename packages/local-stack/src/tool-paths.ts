import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { aptInstall } from './apt-install.js';
import { cacheDir } from './cache-dir.js';
import { findOnPath } from './find-on-path.js';
import { commandWorks, runCommand } from './run-command.js';
import { withLock } from './with-lock.js';

// The headless build takes a third of the CPU.
const HEADLESS = 'chromium-headless-shell';
const CHROMIUM = [HEADLESS, 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'] as const;
const KUSTOMIZE = { module: 'sigs.k8s.io/kustomize/kustomize/v5', version: 'v5.7.1' } as const;

/**
 * Finds an nginx for tests behind a proxy: on the PATH, else Debian's package, unpacked.
 * @returns undefined if there is none (no apt-get, no network, libraries of another release).
 */
export async function nginxPath(): Promise<string | undefined> {
  return (await ofDebian('nginx', 'sbin', ['nginx'], '-v'))?.[0];
}

/** Paths of Prometheus and of promtool, which tests rules. */
export interface PrometheusPaths {
  readonly prometheus: string;
  readonly promtool: string;
}

/**
 * Finds a Prometheus for tests of alerts: on the PATH, else Debian's package, unpacked.
 * @returns undefined if there is none (no apt-get, no network).
 */
export async function prometheusPaths(): Promise<PrometheusPaths | undefined> {
  const names = ['prometheus', 'promtool'];
  const [prometheus, promtool] = (await ofDebian('prometheus', 'bin', names, '--version')) ?? [];
  return prometheus && promtool ? { prometheus, promtool } : undefined;
}

/** Finds programs on the PATH, else unpacks a Debian package. Each program must run with the argument. */
async function ofDebian(
  debian: string,
  folder: 'bin' | 'sbin',
  names: readonly string[],
  argument: string,
): Promise<readonly string[] | undefined> {
  const found = await Promise.all(names.map((name) => findOnPath(name)));
  if (found.every((path) => path !== undefined)) return found;
  const dir = await unpackDebian(debian, folder);
  if (dir === undefined) return undefined;
  const unpacked = names.map((name) => join(dir, name));
  const works = await Promise.all(unpacked.map((program) => commandWorks(program, [argument])));
  return works.every(Boolean) ? unpacked : undefined;
}

/**
 * Finds a Chromium for tests of pages: `CHROME_PATH`, else one on the PATH, else
 * Debian's, which is installed.
 * @returns undefined if there is none and it cannot be installed (no apt-get, no rights).
 * @throws LocalStackError `LOCAL_STACK_COMMAND_FAILED` if apt-get fails.
 */
export async function chromiumPath(): Promise<string | undefined> {
  const given = process.env.CHROME_PATH || (await findOnPath(...CHROMIUM));
  if (given !== undefined) return given;
  return (await aptInstall([HEADLESS, 'fonts-dejavu-core'])) ? await findOnPath(...CHROMIUM) : undefined;
}

/** The command that builds a kustomization, and its arguments before the folder. */
export interface Kustomize {
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * Finds a kustomize for tests of manifests: on the PATH, else that of a kubectl on the PATH, else one that Go
 * builds from source. The build takes a minute or two, and is kept.
 * @returns undefined if there is none (no Go, no network).
 */
export async function kustomizePath(): Promise<Kustomize | undefined> {
  const found = await findOnPath('kustomize');
  if (found !== undefined) return { command: found, args: ['build'] };
  const kubectl = await findOnPath('kubectl');
  if (kubectl !== undefined) return { command: kubectl, args: ['kustomize'] };
  const built = await builtByGo();
  return built === undefined ? undefined : { command: built, args: ['build'] };
}

async function builtByGo(): Promise<string | undefined> {
  const folder = await cacheDir('kustomize', KUSTOMIZE.version);
  const command = join(folder, 'kustomize');
  if (await commandWorks(command, ['version'])) return command;
  const go = await findOnPath('go');
  if (go === undefined) return undefined;
  await withLock('kustomize', async () => {
    if (await commandWorks(command, ['version'])) return;
    await runCommand(go, ['install', `${KUSTOMIZE.module}@${KUSTOMIZE.version}`], {
      env: { GOBIN: folder },
      timeoutMs: 600_000,
    });
  }).catch(() => undefined);
  return (await commandWorks(command, ['version'])) ? command : undefined;
}

/**
 * Unpacks a Debian package into the cache, once. It needs no rights. The package is not installed, because
 * installing a server would start it on this machine.
 * @returns the directory `usr/bin` or `usr/sbin` of the package; undefined if it is not
 * available (no apt-get, no network).
 */
async function unpackDebian(name: string, folder: 'bin' | 'sbin'): Promise<string | undefined> {
  const root = await cacheDir(name);
  const dir = join(root, 'usr', folder);
  // Another process may have unpacked it during the wait for the lock. Its servers run
  // from there, so keep that copy.
  const unpackOnce = async () => {
    if (!existsSync(dir)) await unpack(name, root);
  };
  if (!existsSync(dir)) await withLock(name, unpackOnce).catch(() => undefined);
  return existsSync(dir) ? dir : undefined;
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
