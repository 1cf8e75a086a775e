import { canonicalKeyId, ESCAPED_KEY_IDS, isEscapedKeyId, keyBytes, keyIdOf } from './key-id.js';

/** A pattern of keys, compiled. */
export interface KeyPattern {
  /** The ids of the keys that it takes by their names. */
  readonly names: readonly string[];
  /**
   * A regular expression for the others, without anchors: see wholeText. `undefined` where there are none. It means the
   * same in JavaScript (with the flag `u`) and in PCRE, whatever their flags say of line breaks.
   */
  readonly source: string | undefined;
  /**
   * Whether it takes the key. A name that is not text is matched as text, with `�` in place of what is none; by its id only
   * where the pattern begins as such an id does.
   */
  test(keyId: string): boolean;
}

/**
 * A Redis glob pattern: `*`, `?`, `[abc]`, `[^a]`, `[a-z]`, `\` escapes the next character. As in Redis every text is a
 * pattern: a range may be written from its end, and a bracket that is not closed closes at the end. Other than in Redis, `?`
 * stands for a character, not for a byte.
 * Source: https://redis.io/docs/latest/commands/keys/, `stringmatchlen` in util.c
 */
export function globPattern(glob: string): KeyPattern {
  const tokens = tokensOf(glob);
  const literal = tokens.every((token) => typeof token === 'string') ? tokens.join('') : undefined;
  return literal === undefined ? compiled(glob, [], tokens) : compiled(glob, namesOf(literal));
}

/** What a person writes for keys: a key’s own name or id, or a glob pattern. A name may look like a pattern. */
export function namePattern(text: string): KeyPattern {
  const glob = globPattern(text);
  const names = [...new Set([...namesOf(text), ...glob.names])];
  return { ...glob, names, test: (keyId) => names.includes(keyId) || glob.test(keyId) };
}

function namesOf(text: string): readonly string[] {
  return [...new Set([canonicalKeyId(text), keyIdOf(Buffer.from(text))])];
}

function compiled(glob: string, names: readonly string[], tokens?: readonly Token[]): KeyPattern {
  if (!tokens) return { names, source: undefined, test: (keyId) => names.includes(keyId) };
  const source = tokens.map(sourceOf).join('');
  const expression = new RegExp(wholeText(source), 'u');
  if (isEscapedKeyId(glob)) return { names, source, test: (keyId) => expression.test(keyId) };
  return {
    names,
    source: `(?!${ESCAPED_KEY_IDS})${source}`,
    test: (keyId) => expression.test(isEscapedKeyId(keyId) ? keyBytes(keyId).toString('utf8') : keyId),
  };
}

const ANY = '[\\s\\S]';

/** A regular expression that matches a whole text. In PCRE `$` would match before a last line break, too. */
export function wholeText(source: string): string {
  return `^${source}(?!${ANY})`;
}

/** A character that is meant as it is, or what stands for others. */
type Token = string | { readonly any: 'one' | 'many' } | CharacterClass;

interface CharacterClass {
  readonly isNegated: boolean;
  /** First and last characters, each range in order. */
  readonly ranges: readonly (readonly [first: string, last: string])[];
}

function tokensOf(glob: string): readonly Token[] {
  const chars = [...glob];
  const tokens: Token[] = [];
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i] ?? '';
    if (char === '*') {
      while (chars[i + 1] === '*') i++;
      tokens.push({ any: 'many' });
    } else if (char === '?') tokens.push({ any: 'one' });
    else if (char === '[') {
      const { token, end } = classAt(chars, i + 1);
      tokens.push(token);
      i = end;
    } else if (char === '\\' && i + 1 < chars.length) tokens.push(chars[++i] ?? '');
    else tokens.push(char);
  }
  return tokens;
}

/** @returns the class that begins behind a bracket, and the place of the one that closes it, or of the last character. */
function classAt(
  chars: readonly string[],
  from: number,
): { readonly token: CharacterClass; readonly end: number } {
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
      ranges.push(isOrdered(char, last) ? [char, last] : [last, char]);
      i += 2;
    } else ranges.push([char, char]);
  }
  return { token: { isNegated, ranges }, end: i };
}

function isOrdered(first: string, last: string): boolean {
  return (first.codePointAt(0) ?? 0) <= (last.codePointAt(0) ?? 0);
}

function sourceOf(token: Token): string {
  if (typeof token === 'string') return escaped(token);
  if ('any' in token) return token.any === 'many' ? `${ANY}*` : ANY;
  const { isNegated, ranges } = token;
  if (ranges.length === 0) return isNegated ? ANY : '(?!)';
  const inside = ranges.map(([first, last]) =>
    first === last ? escaped(first) : `${escaped(first)}-${escaped(last)}`,
  );
  return `[${isNegated ? '^' : ''}${inside.join('')}]`;
}

/** A character as it is written in a regular expression, in brackets and outside. No line breaks, and no NUL, which BSON refuses. */
function escaped(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x20 || char === '-') return `\\x${code.toString(16).padStart(2, '0')}`;
  return /[.*+?^${}()|[\]\\/]/.test(char) ? `\\${char}` : char;
}
