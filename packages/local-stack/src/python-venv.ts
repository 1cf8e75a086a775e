import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { aptInstall } from './apt-install.js';
import { cacheDir } from './cache-dir.js';
import { findOnPath } from './find-on-path.js';
import { LocalStackError } from './local-stack-error.js';
import { commandWorks, runCommand } from './run-command.js';
import { withLock } from './with-lock.js';

/** A virtual environment with one pinned package. */
export interface PythonVenv {
  readonly python: string;
  readonly dir: string;
}

/**
 * Returns a virtual environment in the user's cache directory; created if missing. A marker is written last,
 * so an interrupted installation is never used, but repeated.
 *
 * @param requirement name and version, such as `SecantusDB==0.7.0b3`
 * @throws LocalStackError `LOCAL_STACK_COMMAND_FAILED` if there is no python3, or pip fails
 */
export async function pythonVenv(
  requirement: string,
  onProgress: (line: string) => void,
): Promise<PythonVenv> {
  const dir = join(await cacheDir('venvs'), requirement.toLowerCase().replace(/[^a-z0-9.]+/g, '-'));
  const venv = { dir, python: join(dir, 'bin', 'python') };
  if (await isUsable(venv)) return venv;
  await withLock(`venv-${requirement.replace(/\W+/g, '-')}`, async () => {
    if (!(await isUsable(venv))) await install(venv, requirement, onProgress);
  });
  return venv;
}

const marker = 'installed';

async function isUsable({ dir, python }: PythonVenv): Promise<boolean> {
  // The environment's interpreter may have been removed since.
  return existsSync(join(dir, marker)) && (await commandWorks(python, ['-c', '']));
}

async function install(
  venv: PythonVenv,
  requirement: string,
  onProgress: (line: string) => void,
): Promise<void> {
  const python = await pythonWithVenv();
  onProgress(`installing ${requirement} into ${venv.dir}`);
  await rm(venv.dir, { recursive: true, force: true });
  await runCommand(python, ['-m', 'venv', venv.dir]);
  await runCommand(venv.python, [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    requirement,
  ]);
  await writeFile(join(venv.dir, marker), `${requirement}\n`);
}

async function pythonWithVenv(): Promise<string> {
  const python = await findOnPath('python3');
  if (python === undefined) {
    throw new LocalStackError(
      'LOCAL_STACK_COMMAND_FAILED',
      'there is no python3 on the PATH; install it (3.10 or newer)',
    );
  }
  const modules = ['-c', 'import venv, ensurepip'];
  if (await commandWorks(python, modules)) return python;
  await aptInstall(['python3-venv']);
  if (await commandWorks(python, modules)) return python;
  throw new LocalStackError(
    'LOCAL_STACK_COMMAND_FAILED',
    `${python} has no venv and ensurepip modules; install them (on Debian: apt-get install python3-venv)`,
  );
}
