/** Tells whether a key is to be synced: it matches an include pattern and no exclude pattern. */
export function keyFilter(
  include: readonly string[],
  exclude: readonly string[],
): (keyId: string) => boolean {
  const included = include.map(globToRegExp);
  const excluded = exclude.map(globToRegExp);
  return (keyId) => included.some((re) => re.test(keyId)) && !excluded.some((re) => re.test(keyId));
}

/**
 * A Redis glob pattern as a regular expression: `*`, `?`, `[abc]`, `[^a]`, `[a-z]`, `\` escapes the next one.
 * Source: https://redis.io/docs/latest/commands/keys/
 */
export function globToRegExp(pattern: string): RegExp {
  let source = '';
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern.charAt(i);
    if (char === '*') source += '.*';
    else if (char === '?') source += '.';
    else if (char === '\\' && i + 1 < pattern.length) source += literal(pattern.charAt(++i));
    else if (char === '[') {
      const end = pattern.indexOf(']', i + 1);
      if (end < 0) source += literal(char);
      else {
        const body = pattern.slice(i + 1, end);
        const negated = body.startsWith('^');
        source += `[${negated ? '^' : ''}${(negated ? body.slice(1) : body).replace(/[\\\]^[]/g, '\\$&')}]`;
        i = end;
      }
    } else source += literal(char);
  }
  return new RegExp(`^${source}$`, 's');
}

function literal(char: string): string {
  return char.replace(/[.*+?^${}()|[\]\\/]/, '\\$&');
}
