import { globPattern } from './key-pattern.js';

/** Whether a key is to be synced: it matches an include pattern and no exclude pattern. */
export function keyFilter(
  include: readonly string[],
  exclude: readonly string[],
): (keyId: string) => boolean {
  const included = include.map(globPattern);
  const excluded = exclude.map(globPattern);
  return (keyId) =>
    included.some((pattern) => pattern.test(keyId)) && !excluded.some((pattern) => pattern.test(keyId));
}
