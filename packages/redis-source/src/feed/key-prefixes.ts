import { ESCAPED_KEY_IDS, globPattern } from '@redis-to-mongo/pipeline';

/** The replacement character: stands for bytes that are not UTF-8, so any bytes may be in its place. */
const NO_TEXT = '\ufffd';

/**
 * The prefixes of all key names that the glob patterns can match, for CLIENT TRACKING's PREFIX. They are as
 * few as possible, and none is a prefix of another. Empty if a key may begin with anything.
 */
export function keyPrefixes(patterns: readonly string[]): Buffer[] {
  const starts = [...new Set(patterns.map((pattern) => globPattern(pattern).prefix.split(NO_TEXT)[0] ?? ''))];
  const isOpen = (start: string) => ESCAPED_KEY_IDS.startsWith(start) || start.startsWith(ESCAPED_KEY_IDS);
  if (starts.length === 0 || starts.some(isOpen)) return [];
  return starts
    .sort()
    .filter((start) => !starts.some((other) => other !== start && start.startsWith(other)))
    .map((start) => Buffer.from(start));
}
