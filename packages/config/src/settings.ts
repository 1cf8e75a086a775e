import type { Source } from './config.js';
import type { Problem } from './config-error.js';
import { expectedOf } from './formats.js';
import { nearestName } from './nearest-name.js';
import { formerNames, presentName } from './options/former-names.js';
import { isOptionName, type OptionName, optionNames, optionOf, type Values } from './options/options.js';
import { type ParsedOptions, parseOptions } from './parse-options.js';
import { showUnknown, showValue } from './show-value.js';

/** The value of every option, and its source. */
export interface Settings {
  readonly values: Values;
  readonly sourceOf: (name: OptionName) => Source;
  /** Whether the environment or the file sets it to a valid value. */
  readonly given: (name: OptionName) => boolean;
  /** Whether the environment or the file sets it, even to an invalid value. */
  readonly mentioned: (name: OptionName) => boolean;
  /** The value for display, with secrets masked. */
  readonly shown: (name: OptionName) => string;
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
  /**
   * Records a problem of a value that is valid by itself: it conflicts with another option, or with what it
   * names. The source and the value for display are added.
   */
  readonly problem: (name: OptionName, problem: string, remedy: string) => void;
  readonly warn: (warning: string) => void;
}

/** Merges the environment over the file over the defaults, and records all invalid values. */
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
    // A former name is ignored if the file also has the current name, in whatever order.
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
      remedy: isQuoted(fromEnv.get(option))
        ? 'remove the quotes around it, which are part of the value'
        : `write ${expectedOf(optionOf(option))}`,
    });
  }
  const mentioned = (name: OptionName) => sourceOf(name) !== 'default';
  const shown = (name: OptionName) => showValue(name, parsed.values[name]);
  const warnings = [...fromEnv]
    .filter(([name, value]) => isQuoted(value) && !parsed.invalid.has(name))
    .map(([name]) => `${name} is in quotes, which are part of its value: remove them, unless you mean them`);
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

/** convict would treat an object as part of the schema and fail, so objects are refused first. */
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

/** Whether a value of the environment is in quotes: `docker run --env-file` and Kubernetes keep those of their files. */
function isQuoted(value: string | undefined): boolean {
  return /^(["']).*\1$/s.test(value ?? '');
}

/** In the file, null means "not set". So does an empty text, because users of the old engine write it. */
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
