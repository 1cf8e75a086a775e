import type { OneCharacter, Token } from './glob-tokens.js';

const ANY = '[\\s\\S]';

/**
 * Tokens as a regular expression for MongoDB (PCRE), without anchors: see wholeText. It does not depend on
 * flags. The text between two `*` matches as far left as possible, without backtracking (atomic group), so
 * that no name takes long.
 */
export function globExpression(tokens: readonly Token[]): string {
  const segments: string[] = [''];
  for (const token of tokens)
    if (token.kind === 'many') segments.push('');
    else segments[segments.length - 1] += sourceOf(token);
  const [first = '', ...others] = segments;
  const last = others.pop();
  if (last === undefined) return first;
  return `${first}${others.map((segment) => `(?>${ANY}*?${segment})`).join('')}${ANY}*${last}`;
}

/** A regular expression that matches a whole text. In PCRE `$` would match before a last line break, too. */
export function wholeText(source: string): string {
  return `^${source}(?!${ANY})`;
}

function sourceOf(token: OneCharacter): string {
  if (token.kind === 'any') return ANY;
  if (token.kind === 'literal') return escaped(token.char);
  const { isNegated, ranges } = token;
  if (ranges.length === 0) return isNegated ? ANY : '(?!)';
  const inside = ranges.map(([first, last]) =>
    first === last ? escaped(first) : `${escaped(first)}-${escaped(last)}`,
  );
  return `[${isNegated ? '^' : ''}${inside.join('')}]`;
}

/**
 * Escapes a character for a regular expression, in brackets and outside. The result has no line break, and no
 * NUL, which BSON refuses.
 */
function escaped(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x20 || char === '-') return `\\x${code.toString(16).padStart(2, '0')}`;
  return /[.*+?^${}()|[\]\\/]/.test(char) ? `\\${char}` : char;
}
