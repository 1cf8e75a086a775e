import type { ExcerptSide } from '@redis-to-mongo/verify';
import { count } from '../format.js';
import { type Html, html } from '../html.js';

type Piece = ExcerptSide['parts'][number];

/** Characters but tab and line breaks that no text has, and what a decoder puts for bytes that are none. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the expression finds them
const NOT_TEXT = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** The beginning of a piece, as text where it is text, else as base64 with a word. */
export function pieceText({ head, bytes }: Piece): Html {
  if (bytes === 0) return html`<i>empty</i>`;
  const isCut = head.length < bytes;
  const text = textOf(head, isCut);
  const more = isCut && html` (${count(bytes)} bytes)`;
  const rest = isCut && '…';
  return text === undefined
    ? html`<code>${head.toString('base64')}${rest}</code> base64${more}`
    : html`<code>${text}${rest}</code>${more}`;
}

/** @param isCut a character may be cut in the middle. */
function textOf(head: Buffer, isCut: boolean): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(head, { stream: isCut });
    return NOT_TEXT.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
