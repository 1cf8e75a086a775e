import { closest, distance } from 'fastest-levenshtein';
import { CONFIG_FILE } from './find-config-file.js';
import { isOptionName, optionNames } from './options/options.js';

/** The option whose name is most like this one, whatever the case; undefined when none is like it. */
export function nearestName(name: string): string | undefined {
  const upper = name.toUpperCase();
  const near = closest(upper, optionNames());
  return distance(upper, near) <= Math.max(2, Math.floor(near.length / 3)) ? near : undefined;
}

/**
 * Warnings about variables that look like a misspelled option: they begin like one of ours (up to the first `_`), and are at most two
 * letters away. Others are none of our business.
 */
export function misspelledVariables(env: Readonly<Record<string, string | undefined>>): string[] {
  const names = [...optionNames(), CONFIG_FILE];
  const prefixes = new Set(names.map((name) => name.slice(0, name.indexOf('_') + 1)));
  return Object.keys(env)
    .filter(
      (name) =>
        !isOptionName(name) && name !== CONFIG_FILE && prefixes.has(name.slice(0, name.indexOf('_') + 1)),
    )
    .flatMap((name) => {
      const near = closest(name, names);
      return distance(name, near) <= 2
        ? [`${name} in the environment is not an option and is ignored: did you mean ${near}?`]
        : [];
    });
}
