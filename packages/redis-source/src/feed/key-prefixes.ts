/** Key ids of names that are not UTF-8 begin so; see keyIdOf. */
const BINARY = 'base64:';

/**
 * What the names of all keys begin with that glob patterns can match, for CLIENT TRACKING's PREFIX: as few as possible, none the
 * beginning of another one. Empty where a key may begin with anything.
 */
export function keyPrefixes(patterns: readonly string[]): Buffer[] {
  const starts = [...new Set(patterns.map(literalStart))].sort();
  const isOpen = (start: string) => BINARY.startsWith(start) || start.startsWith(BINARY);
  if (starts.length === 0 || starts.some(isOpen)) return [];
  return starts
    .filter((start, i) => !starts.some((other, n) => n !== i && start.startsWith(other)))
    .map((start) => Buffer.from(start));
}

/** What stands before the first character that has a meaning in a pattern. */
function literalStart(pattern: string): string {
  let start = '';
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern.charAt(i);
    if (char === '*' || char === '?' || char === '[') break;
    if (char === '\\' && i + 1 < pattern.length) i++;
    start += pattern.charAt(i);
  }
  return start;
}
