import { globPattern } from './key-pattern.js';

/** Makes a test for keys to mirror: a key must match an include pattern and no exclude pattern. */
export function keyFilter(
  include: readonly string[],
  exclude: readonly string[],
): (keyId: string) => boolean {
  const included = include.map(globPattern);
  const excluded = exclude.map(globPattern);
  return (keyId) =>
    included.some((pattern) => pattern.test(keyId)) && !excluded.some((pattern) => pattern.test(keyId));
}
