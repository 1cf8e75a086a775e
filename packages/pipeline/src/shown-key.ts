/** Number of characters shown from the start and from the end of a long key. */
const START = 120;
const END = 60;

/**
 * A key as it is shown to people, on one line and not too long. No two keys may look the same, so some
 * characters are escaped (`\u{a}`): those that are invisible, that reorder other characters, or that look
 * like others, and spaces at an end or next to another space.
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
