import type { buildConfig } from './build/build-config.js';
import type { OptionName } from './options/options.js';

/** The source of an option's value. */
export type Source = 'environment' | 'config.json' | 'default';

/** The effective value of an option, with secrets masked. */
export interface OptionInUse {
  readonly option: OptionName;
  readonly value: string;
  readonly source: Source;
}

/**
 * The whole configuration; `buildConfig` documents its parts. It contains secrets. Show it with
 * `describeConfig`.
 */
export type Config = ReturnType<typeof buildConfig> & {
  /** The configuration file that was read, if any: an absolute path. */
  readonly file?: string;
  /** Settings that are valid but look like a mistake, for the log at start. Contains no secrets. */
  readonly warnings: readonly string[];
  readonly options: readonly OptionInUse[];
  /** A digest of each option's value: see changedOptions. */
  readonly fingerprints: ReadonlyMap<OptionName, string>;
};
