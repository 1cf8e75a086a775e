/** Characters of a record that a page shows. */
const MOST = 100_000;

/** A dead letter's record for people: an entry's fields, else the document. A long one is cut. */
export function recordText({
  letter: { kind },
  record,
}: {
  readonly letter: { readonly kind: 'entry' | 'value' | 'unit' };
  readonly record: object;
}): string {
  const shown = kind === 'entry' && 'content' in record ? record.content : record;
  const text = JSON.stringify(shown, undefined, 2);
  return text.length > MOST ? `${text.slice(0, MOST)}\n… (${text.length - MOST} characters more)` : text;
}
