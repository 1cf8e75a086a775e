import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { type Config, ConfigError, loadConfig } from '../src/index.js';

/** A folder as the working directory of a test: a new one for each test of the file. */
export interface ConfigFolder {
  readonly path: string;
  /** Writes a file; an object is written as JSON. */
  readonly write: (name: string, content: unknown) => string;
  /** Loads with this environment and, if given, this config.json. */
  readonly load: (env: Record<string, string>, file?: unknown, argv?: readonly string[]) => Config;
  /** Loads what must not load, and returns the error. */
  readonly refuse: (env: Record<string, string>, file?: unknown, argv?: readonly string[]) => ConfigError;
}

/** Call it once per file, outside of the tests. */
export function configFolder(): ConfigFolder {
  let path = '';
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'config of r2m '));
  });
  afterEach(() => rmSync(path, { recursive: true, force: true }));
  const write: ConfigFolder['write'] = (name, content) => {
    writeFileSync(join(path, name), typeof content === 'string' ? content : JSON.stringify(content));
    return join(path, name);
  };
  const load: ConfigFolder['load'] = (env, file, argv = []) => {
    if (file !== undefined) write('config.json', file);
    return loadConfig({ env, argv, cwd: path });
  };
  return {
    get path() {
      return path;
    },
    write,
    load,
    refuse: (env, file, argv) => {
      let config: Config;
      try {
        config = load(env, file, argv);
      } catch (error) {
        if (error instanceof ConfigError) return error;
        throw error;
      }
      throw new Error(`this configuration should have been refused: ${config.options.length} options`);
    },
  };
}
