import { lstatSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Problem } from './config-error.js';

export const CONFIG_FILE = 'CONFIG_FILE';

const DEFAULT_FILES = ['config.json', 'config/config.json'] as const;

/** The file to read. A named file must exist; the default file need not. */
export interface FoundFile {
  readonly path: string;
  readonly source: Problem['source'];
}

/**
 * Finds the file: `--config PATH`, else `CONFIG_FILE`, else `./config.json` or `./config/config.json`,
 * whichever exists. The folder is for containers: editors replace a file when they save, and a container that
 * mounts the file itself would keep the old one. Undefined without a file.
 */
export function findConfigFile(
  env: Readonly<Record<string, string | undefined>>,
  argv: readonly string[],
  cwd: string,
): FoundFile | Problem | undefined {
  const { values } = parseArgs({ args: [...argv], options: { config: { type: 'string' } }, strict: false });
  if (values.config !== undefined) {
    // Without `strict`, a string option without a value is `true`.
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

/**
 * Also true for a file that cannot be read. Otherwise a folder of another user would count as no file, and
 * all options would silently be the defaults.
 */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}
