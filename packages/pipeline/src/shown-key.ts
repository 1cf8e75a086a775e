/** Characters of a key that are shown of its start and of its end. */
const START = 120;
const END = 60;

/**
 * A key as a person sees it, on one line and not too long. Characters that nobody sees, that reorder others, or that look
 * like another one are written out (`\u{a}`): so are spaces at an end or beside another one. A key must not look like
 * another one.
 */
export function shownKey(key: string): string {
  const chars = key.length > START + END ? [...key] : [];
  const cut =
    chars.length > START + END ? `${chars.slice(0, START).join('')}…${chars.slice(-END).join('')}` : key;
  return cut.replace(UNSEEN, (found) =>
    [...found].map((char) => `\\u{${char.codePointAt(0)?.toString(16)}}`).join(''),
  );
}

const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}|^ +| +$|(?<= ) +|\\(?=u\{)/gu;
