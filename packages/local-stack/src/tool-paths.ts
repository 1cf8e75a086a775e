import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { aptInstall } from './apt-install.js';
import { cacheDir } from './cache-dir.js';
import { findOnPath } from './find-on-path.js';
import { commandWorks, runCommand } from './run-command.js';
import { withLock } from './with-lock.js';

// The one without windows takes a third of the CPU.
const HEADLESS = 'chromium-headless-shell';
const CHROMIUM = [HEADLESS, 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'] as const;
const KUSTOMIZE = { module: 'sigs.k8s.io/kustomize/kustomize/v5', version: 'v5.7.1' } as const;

/**
 * The path of an nginx for tests behind a proxy: one in the PATH, else that of Debian's package, unpacked.
 * @returns undefined where there is none and none can be had (no apt-get, no network, libraries of another release).
 */
export async function nginxPath(): Promise<string | undefined> {
  return (await ofDebian('nginx', 'sbin', ['nginx'], '-v'))?.[0];
}

/** The paths of Prometheus and of its tool for rules. */
export interface PrometheusPaths {
  readonly prometheus: string;
  readonly promtool: string;
}

/**
 * The paths of a Prometheus for tests of alerts: those in the PATH, else those of Debian's package, unpacked.
 * @returns undefined where there is none and none can be had (no apt-get, no network).
 */
export async function prometheusPaths(): Promise<PrometheusPaths | undefined> {
  const names = ['prometheus', 'promtool'];
  const [prometheus, promtool] = (await ofDebian('prometheus', 'bin', names, '--version')) ?? [];
  return prometheus && promtool ? { prometheus, promtool } : undefined;
}

/** Programs in the PATH, else those of a Debian package, unpacked, if each of them runs with the argument. */
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
 * The path of a Chromium for tests of pages: `CHROME_PATH`, else one in the PATH, else Debian's, which is installed.
 * @returns undefined where there is none and it can't be installed (no apt-get, no rights).
 * @throws LocalStackError `LOCAL_STACK_COMMAND_FAILED` when apt-get fails.
 */
export async function chromiumPath(): Promise<string | undefined> {
  const given = process.env.CHROME_PATH || (await findOnPath(...CHROMIUM));
  if (given !== undefined) return given;
  return (await aptInstall([HEADLESS, 'fonts-dejavu-core'])) ? await findOnPath(...CHROMIUM) : undefined;
}

/** How to have a kustomization built: the program, and its arguments before the folder. */
export interface Kustomize {
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * A kustomize for tests of manifests: one in the PATH, that of a kubectl there, else one that Go builds of its sources, once, in
 * a minute or two.
 * @returns undefined where there is none and none can be had (no Go, no network).
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
 * Unpacks a Debian package below the cache, once; it needs no rights, and is not installed: installing a server would start
 * it on the machine.
 * @returns the directory that holds its `usr/bin` (or `usr/sbin`); undefined where it can't be had (no apt-get, no network).
 */
async function unpackDebian(name: string, folder: 'bin' | 'sbin'): Promise<string | undefined> {
  const root = await cacheDir(name);
  const dir = join(root, 'usr', folder);
  // Another process may have unpacked it while this one waited for the lock; that one's servers run from there.
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
