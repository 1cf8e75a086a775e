/** A part of a glob pattern: `*`, or a part that matches one character. */
export type Token = { readonly kind: 'many' } | OneCharacter;

export type OneCharacter =
  | { readonly kind: 'any' }
  | { readonly kind: 'literal'; readonly char: string }
  | {
      readonly kind: 'class';
      readonly isNegated: boolean;
      /** First and last characters, each range in order. */
      readonly ranges: readonly (readonly [first: string, last: string])[];
    };

/** Parses a Redis glob pattern; every text is valid. Adjacent `*` become one. */
export function globTokens(glob: string): readonly Token[] {
  const chars = [...glob];
  const tokens: Token[] = [];
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i] ?? '';
    if (char === '*') {
      if (tokens.at(-1)?.kind !== 'many') tokens.push({ kind: 'many' });
    } else if (char === '?') tokens.push({ kind: 'any' });
    else if (char === '[') {
      const { token, end } = classAt(chars, i + 1);
      tokens.push(token);
      i = end;
    } else {
      if (char === '\\' && i + 1 < chars.length) i++;
      tokens.push({ kind: 'literal', char: chars[i] ?? '' });
    }
  }
  return tokens;
}

/**
 * @returns the class that begins after an opening bracket, and the index of the closing bracket, or of the
 * end of the pattern.
 */
function classAt(
  chars: readonly string[],
  from: number,
): { readonly token: OneCharacter; readonly end: number } {
  const isNegated = chars[from] === '^';
  const ranges: (readonly [string, string])[] = [];
  let i = isNegated ? from + 1 : from;
  for (; i < chars.length && chars[i] !== ']'; i++) {
    const char = chars[i] ?? '';
    const [next, last] = [chars[i + 1], chars[i + 2]];
    if (char === '\\' && next !== undefined) {
      ranges.push([next, next]);
      i++;
    } else if (next === '-' && last !== undefined) {
      ranges.push(codeOf(char) <= codeOf(last) ? [char, last] : [last, char]);
      i += 2;
    } else ranges.push([char, char]);
  }
  return { token: { kind: 'class', isNegated, ranges }, end: i };
}

export function codeOf(char: string): number {
  return char.codePointAt(0) ?? 0;
}
