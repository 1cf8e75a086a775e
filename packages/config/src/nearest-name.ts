import { closest, distance } from 'fastest-levenshtein';
import { CONFIG_FILE } from './find-config-file.js';
import { isOptionName, optionNames } from './options/options.js';

/** The most similar name, ignoring case; undefined if none is similar. @param names default: all options. */
export function nearestName(name: string, names: readonly string[] = optionNames()): string | undefined {
  const lower = name.toLowerCase();
  const near = closest(
    lower,
    names.map((each) => each.toLowerCase()),
  );
  const most = Math.min(Math.max(2, Math.floor(near.length / 3)), lower.length - 1);
  if (distance(lower, near) > most) return undefined;
  return names.find((each) => each.toLowerCase() === near);
}

/**
 * Warnings about variables that look like a misspelled option: they have the prefix of an option (up to the
 * first `_`), and differ by at most two letters. Other variables are ignored.
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
