import { ESCAPED_KEY_IDS, globPattern } from '@redis-to-mongo/pipeline';

/** Stands in a name for bytes that are no text: what begins with it may begin with any byte. */
const NO_TEXT = '\ufffd';

/**
 * What the names of all keys begin with that glob patterns can match, for CLIENT TRACKING's PREFIX: as few as possible, none the
 * beginning of another one. Empty where a key may begin with anything.
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
