import { type Config, fingerprintOf } from '@redis-to-mongo/config';

/**
 * Fingerprints of a process's options that decide what is mirrored and how, by name. All schedulers and
 * workers need the same values; otherwise it depends on chance which value applies. Workers do not use the
 * options that choose keys by name.
 */
export function sharedOptions(
  app: 'scheduler' | 'worker',
  { keys, rules }: Pick<Config, 'keys' | 'rules'>,
): Readonly<Record<string, string>> {
  const { include, exclude, separator, types } = keys;
  const options = {
    ...(app === 'scheduler' ? { KEY_INCLUDE: include, KEY_EXCLUDE: exclude } : {}),
    KEY_SEPARATOR: separator,
    KEY_TYPES: [...types].sort(),
    RULES: rules,
  };
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [name, fingerprintOf(value)]));
}
