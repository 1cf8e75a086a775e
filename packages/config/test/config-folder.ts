import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, ConfigError, loadConfig } from '../src/index.js';

/** A folder of its own, as the working directory of one test. */
export interface ConfigFolder {
  readonly path: string;
  /** Writes a file; an object is written as JSON. */
  readonly write: (name: string, content: unknown) => string;
  /** Loads with this environment and, if given, this config.json. */
  readonly load: (env: Record<string, string>, file?: unknown, argv?: readonly string[]) => Config;
  /** Loads what must not load, and returns the error. */
  readonly refuse: (env: Record<string, string>, file?: unknown, argv?: readonly string[]) => ConfigError;
  readonly [Symbol.dispose]: () => void;
}

export function configFolder(): ConfigFolder {
  const path = mkdtempSync(join(tmpdir(), 'config of r2m '));
  const write: ConfigFolder['write'] = (name, content) => {
    writeFileSync(join(path, name), typeof content === 'string' ? content : JSON.stringify(content));
    return join(path, name);
  };
  const load: ConfigFolder['load'] = (env, file, argv = []) => {
    if (file !== undefined) write('config.json', file);
    return loadConfig({ env, argv, cwd: path });
  };
  return {
    path,
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
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
