import { type Content, type Html, html } from './html.js';

/** What may be wider than the screen: it scrolls by itself, by the keyboard too. */
export function scrollArea(label: string, content: Content): Html {
  return html`<div class="scroll" role="group" aria-label="${label}" tabindex="0">${content}</div>`;
}
