import { globExpression } from './glob-expression.js';
import { globMatcher } from './glob-matcher.js';
import { globTokens } from './glob-tokens.js';
import { canonicalKeyId, ESCAPED_KEY_IDS, isEscapedKeyId, keyBytes, keyIdOf } from './key-id.js';

/** A compiled pattern of keys. */
export interface KeyPattern {
  /** The ids of the keys that the pattern names literally. */
  readonly names: readonly string[];
  /**
   * A regular expression for the ids of other keys, for MongoDB, without anchors: see wholeText; `undefined`
   * if it matches no others.
   */
  readonly source: string | undefined;
  /** Whether it matches every key, as `*` does. */
  readonly isAll: boolean;
  /** The common prefix of all names that the expression matches. */
  readonly prefix: string;
  /**
   * Whether the pattern matches the key. A name that is not UTF-8 is matched as text, with `�` for invalid
   * bytes. It is matched by its id if the pattern begins with `base64:`.
   */
  test(keyId: string): boolean;
}

/**
 * A Redis glob pattern: `*`, `?`, `[abc]`, `[^a]`, `[a-z]`, `\` escapes the next character. As in Redis,
 * every text is a pattern: the ends of a range may be swapped, and an unclosed bracket closes at the end.
 * Unlike in Redis, `?` matches a character, not a byte.
 * Source: https://redis.io/docs/latest/commands/keys/, `stringmatchlen` in util.c
 */
export function globPattern(glob: string): KeyPattern {
  const tokens = globTokens(glob);
  const literals = tokens.flatMap((token) => (token.kind === 'literal' ? [token.char] : []));
  if (literals.length === tokens.length) {
    const names = namesOf(literals.join(''));
    const test = (keyId: string) => names.includes(keyId);
    return { names, source: undefined, isAll: false, prefix: literals.join(''), test };
  }
  const source = globExpression(tokens);
  const matches = globMatcher(tokens);
  const prefix = literals
    .slice(
      0,
      tokens.findIndex(({ kind }) => kind !== 'literal'),
    )
    .join('');
  const isAll = tokens.every(({ kind }) => kind === 'many');
  if (isEscapedKeyId(glob)) return { names: [], source, isAll, prefix, test: matches };
  return {
    names: [],
    source: `(?!${ESCAPED_KEY_IDS})${source}`,
    isAll,
    prefix,
    test: (keyId) => matches(isEscapedKeyId(keyId) ? keyBytes(keyId).toString('utf8') : keyId),
  };
}

/**
 * A pattern as a person writes it: a key’s name or id, or a glob pattern. The text is tried as both, because
 * a name may look like a pattern.
 */
export function namePattern(text: string): KeyPattern {
  const glob = globPattern(text);
  const names = [...new Set([...namesOf(text), ...glob.names])];
  return { ...glob, names, test: (keyId) => names.includes(keyId) || glob.test(keyId) };
}

function namesOf(text: string): readonly string[] {
  return [...new Set([canonicalKeyId(text), keyIdOf(Buffer.from(text))])];
}
