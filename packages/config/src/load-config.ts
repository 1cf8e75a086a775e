import { isObject } from '@redis-to-mongo/pipeline';
import { buildConfig } from './build/build-config.js';
import { fingerprintsOf } from './changed-options.js';
import type { Config } from './config.js';
import { ConfigError } from './config-error.js';
import { findConfigFile } from './find-config-file.js';
import { misspelledVariables } from './nearest-name.js';
import { formerNameWarnings } from './options/former-names.js';
import { optionNames } from './options/options.js';
import { readConfigFile } from './read-config-file.js';
import { readSettings } from './settings.js';

/** The sources of the configuration. */
export interface ConfigSources {
  /** Usually `process.env`. An empty variable counts as not set. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The arguments after the program's name, `process.argv.slice(2)`; only `--config PATH` is read. */
  readonly argv?: readonly string[];
  /** The base of relative paths; by default the working directory. */
  readonly cwd?: string;
}

/**
 * Reads the configuration. The environment overrides the file, which overrides the defaults.
 *
 * @throws ConfigError (`CONFIG_INVALID`) with all problems; they contain no secrets.
 */
export function loadConfig({ env, argv = [], cwd = process.cwd() }: ConfigSources): Config {
  const found = findConfigFile(env, argv, cwd);
  const content =
    found === undefined ? new Map<string, unknown>() : 'path' in found ? readConfigFile(found) : found;
  // Without the file, options cannot be checked against each other. Mistakes in the environment are reported, too.
  if (!(content instanceof Map)) throw new ConfigError([content, ...readSettings(env, new Map()).problems]);
  const settings = readSettings(env, content);
  const config = buildConfig(settings, cwd);
  if (settings.problems.length > 0) throw new ConfigError(settings.problems);
  return freeze({
    ...config,
    ...(found !== undefined && 'path' in found ? { file: found.path } : {}),
    warnings: [...settings.warnings, ...formerNameWarnings(env, content), ...misspelledVariables(env)],
    options: optionNames().map((option) => ({
      option,
      value: settings.shown(option),
      source: settings.sourceOf(option),
    })),
    fingerprints: fingerprintsOf(settings.values),
  });
}

function freeze<Part extends object>(part: Part): Part {
  for (const value of Object.values(part)) if (isObject(value)) freeze(value);
  return Object.freeze(part);
}
