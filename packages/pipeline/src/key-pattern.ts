import { globExpression } from './glob-expression.js';
import { globMatcher } from './glob-matcher.js';
import { globTokens } from './glob-tokens.js';
import { canonicalKeyId, ESCAPED_KEY_IDS, isEscapedKeyId, keyBytes, keyIdOf } from './key-id.js';

/** A pattern of keys, compiled. */
export interface KeyPattern {
  /** The ids of the keys that it takes by their names. */
  readonly names: readonly string[];
  /** A regular expression for the ids of others, for MongoDB, without anchors: see wholeText; `undefined` for none. */
  readonly source: string | undefined;
  /** What the names begin with that the expression takes, as far as it is the same for all. */
  readonly prefix: string;
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
  const tokens = globTokens(glob);
  const literals = tokens.flatMap((token) => (token.kind === 'literal' ? [token.char] : []));
  if (literals.length === tokens.length) {
    const names = namesOf(literals.join(''));
    return { names, source: undefined, prefix: literals.join(''), test: (keyId) => names.includes(keyId) };
  }
  const source = globExpression(tokens);
  const matches = globMatcher(tokens);
  const prefix = literals
    .slice(
      0,
      tokens.findIndex(({ kind }) => kind !== 'literal'),
    )
    .join('');
  if (isEscapedKeyId(glob)) return { names: [], source, prefix, test: matches };
  return {
    names: [],
    source: `(?!${ESCAPED_KEY_IDS})${source}`,
    prefix,
    test: (keyId) => matches(isEscapedKeyId(keyId) ? keyBytes(keyId).toString('utf8') : keyId),
  };
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
