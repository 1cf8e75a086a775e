const LAST = 0x10ffff;
/** Behind it come the surrogates, which are no characters. */
const BEFORE_SURROGATES = 0xd7ff;

/** The names that begin with a text, as a condition that the index on `_id` serves; names are compared by their bytes. */
export function beginsWith(text: string): { $gte: string; $lt?: string } {
  const end = behindAll(text);
  return end === undefined ? { $gte: text } : { $gte: text, $lt: end };
}

/** The least text behind all those that begin with this one; `undefined` where there is none. */
function behindAll(text: string): string | undefined {
  const chars = [...text];
  for (let last = chars.pop(); last !== undefined; last = chars.pop()) {
    const point = last.codePointAt(0) ?? LAST;
    if (point < LAST)
      return chars.join('') + String.fromCodePoint(point === BEFORE_SURROGATES ? 0xe000 : point + 1);
  }
  return undefined;
}
