import type { Source } from './config.js';
import type { Problem } from './config-error.js';
import { expectedOf } from './formats.js';
import { nearestName } from './nearest-name.js';
import { formerNames, presentName } from './options/former-names.js';
import { isOptionName, type OptionName, optionNames, optionOf, type Values } from './options/options.js';
import { type ParsedOptions, parseOptions } from './parse-options.js';
import { showUnknown, showValue } from './show-value.js';

/** Every option's value, and where it comes from. */
export interface Settings {
  readonly values: Values;
  readonly sourceOf: (name: OptionName) => Source;
  /** Set by someone, and valid. */
  readonly given: (name: OptionName) => boolean;
  /** Set by someone, valid or not. */
  readonly mentioned: (name: OptionName) => boolean;
  /** The value as it may be shown. */
  readonly shown: (name: OptionName) => string;
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
  /** Notes a problem of a valid value, beside others or by what it names; its source and its text are added. */
  readonly problem: (name: OptionName, problem: string, remedy: string) => void;
  readonly warn: (warning: string) => void;
}

/** Lays the environment over the file over the defaults, and notes all values that are not valid. */
export function readSettings(
  env: Readonly<Record<string, string | undefined>>,
  file: ReadonlyMap<string, unknown>,
): Settings {
  const fromEnv = new Map(
    optionNames().flatMap((name) => {
      const value = [name, ...formerNames(name)].map((each) => env[each]).find(Boolean);
      return value ? [[name, value] as const] : [];
    }),
  );
  const fromFile = new Map<OptionName, unknown>();
  const problems: Problem[] = [];
  for (const [written, value] of file) {
    const name = presentName(written);
    // A former name counts for nothing beside the present one, wherever in the file they stand.
    if (name === undefined || (name !== written && file.has(name))) continue;
    if (!isOptionName(name)) problems.push(unknownName(name));
    else if (!isUnset(name, value)) fromFile.set(name, value);
  }
  const parsed = parse(fromEnv, fromFile);
  const sourceOf = (name: OptionName): Source =>
    fromEnv.has(name) ? 'environment' : fromFile.has(name) ? 'config.json' : 'default';
  for (const [option, problem] of parsed.invalid) {
    const value = showValue(option, fromEnv.get(option) ?? fromFile.get(option));
    problems.push({
      option,
      source: sourceOf(option),
      value,
      problem,
      remedy: `write ${expectedOf(optionOf(option))}`,
    });
  }
  const mentioned = (name: OptionName) => sourceOf(name) !== 'default';
  const shown = (name: OptionName) => showValue(name, parsed.values[name]);
  const warnings: string[] = [];
  return {
    values: parsed.values,
    sourceOf,
    mentioned,
    given: (name) => mentioned(name) && !parsed.invalid.has(name),
    shown,
    problems,
    warnings,
    problem: (option, problem, remedy) => {
      problems.push({ option, source: sourceOf(option), value: shown(option), problem, remedy });
    },
    warn: (warning) => {
      warnings.push(warning);
    },
  };
}

/** convict takes an object for a part of the schema and breaks on it: objects are refused before. */
function parse(env: ReadonlyMap<OptionName, string>, file: ReadonlyMap<OptionName, unknown>): ParsedOptions {
  const isObject = (value: unknown) => typeof value === 'object' && !Array.isArray(value);
  const plain = new Map([...file].filter(([, value]) => !isObject(value)));
  const objects = [...file].filter(([name, value]) => isObject(value) && !env.has(name));
  const { values, invalid } = parseOptions(env, plain);
  return {
    values,
    invalid: new Map([...invalid, ...objects.map(([name]) => [name, 'is an object'] as const)]),
  };
}

/** In the file, null means "not set", and so does an empty text, as the old engine's users write it. */
function isUnset(name: OptionName, value: unknown): boolean {
  return value === null || (value === '' && !optionOf(name).notEmpty);
}

function unknownName(name: string): Problem {
  const near = nearestName(name);
  return {
    option: showUnknown(name),
    source: 'config.json',
    problem: 'is not an option',
    remedy: near === undefined ? 'remove it' : `did you mean ${near}?`,
  };
}
