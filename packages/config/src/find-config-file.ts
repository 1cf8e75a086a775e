import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Problem } from './config-error.js';

export const CONFIG_FILE = 'CONFIG_FILE';

/** Which file to read. A file that was named must be there; the default one need not. */
export interface FoundFile {
  readonly path: string;
  readonly source: Problem['source'];
}

/** `--config PATH` over `CONFIG_FILE` over `./config.json`, if that exists; undefined without a file. */
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
  const path = resolve(cwd, 'config.json');
  return existsSync(path) ? { path, source: 'default' } : undefined;
}
