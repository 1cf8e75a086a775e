const LAST = 0x10ffff;
/** The surrogates follow this code point. They are not characters. */
const BEFORE_SURROGATES = 0xd7ff;

/**
 * A condition for names that begin with a text, which the index on `_id` serves. Names are compared by bytes.
 */
export function beginsWith(text: string): { $gte: string; $lt?: string } {
  const end = behindAll(text);
  return end === undefined ? { $gte: text } : { $gte: text, $lt: end };
}

/** The smallest text after all texts that begin with this one; `undefined` if there is none. */
function behindAll(text: string): string | undefined {
  const chars = [...text];
  for (let last = chars.pop(); last !== undefined; last = chars.pop()) {
    const point = last.codePointAt(0) ?? LAST;
    if (point < LAST)
      return chars.join('') + String.fromCodePoint(point === BEFORE_SURROGATES ? 0xe000 : point + 1);
  }
  return undefined;
}
