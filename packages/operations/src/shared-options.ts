import { type Config, fingerprintOf } from '@redis-to-mongo/config';

/**
 * Fingerprints of the options that decide what is mirrored and how, as a process has them now, by name. All schedulers and workers need the
 * same: else it depends on chance which of them applies. A worker does not use those that choose keys by their names.
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
