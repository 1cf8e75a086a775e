import { lstatSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Problem } from './config-error.js';

export const CONFIG_FILE = 'CONFIG_FILE';

const DEFAULT_FILES = ['config.json', 'config/config.json'] as const;

/** Which file to read. A file that was named must be there; the default one need not. */
export interface FoundFile {
  readonly path: string;
  readonly source: Problem['source'];
}

/**
 * `--config PATH` over `CONFIG_FILE` over `./config.json`, or `./config/config.json`, whichever exists: a container
 * gets the folder, since an edited file is another one, and a container that was given the old one would keep that.
 * Undefined without a file.
 */
export function findConfigFile(
  env: Readonly<Record<string, string | undefined>>,
  argv: readonly string[],
  cwd: string,
): FoundFile | Problem | undefined {
  const { values } = parseArgs({ args: [...argv], options: { config: { type: 'string' } }, strict: false });
  if (values.config !== undefined) {
    // Without `strict`, a string option that nothing follows is `true`.
    if (typeof values.config === 'string' && values.config !== '') {
      return { path: resolve(cwd, values.config), source: 'command line' };
    }
    return {
      option: '--config',
      source: 'command line',
      problem: 'names no file',
      remedy: 'write --config PATH',
    };
  }
  const named = env[CONFIG_FILE];
  if (named) return { path: resolve(cwd, named), source: 'environment' };
  const path = DEFAULT_FILES.map((name) => resolve(cwd, name)).find((each) => isThere(each));
  return path === undefined ? undefined : { path, source: 'default' };
}

/** Also a file that can't be read: a folder of another user would else be as good as no file, and all options the defaults. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}
