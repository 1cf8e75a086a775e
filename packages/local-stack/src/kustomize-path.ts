import { join } from 'node:path';
import { cacheDir } from './cache-dir.js';
import { findOnPath } from './find-on-path.js';
import { commandWorks, runCommand } from './run-command.js';
import { withLock } from './with-lock.js';

const MODULE = 'sigs.k8s.io/kustomize/kustomize/v5';
const VERSION = 'v5.7.1';

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
  const folder = await cacheDir('kustomize', VERSION);
  const command = join(folder, 'kustomize');
  if (await commandWorks(command, ['version'])) return command;
  const go = await findOnPath('go');
  if (go === undefined) return undefined;
  await withLock('kustomize', async () => {
    if (await commandWorks(command, ['version'])) return;
    await runCommand(go, ['install', `${MODULE}@${VERSION}`], { env: { GOBIN: folder }, timeoutMs: 600_000 });
  }).catch(() => undefined);
  return (await commandWorks(command, ['version'])) ? command : undefined;
}
