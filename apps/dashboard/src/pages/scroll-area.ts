import { type Content, type Html, html } from './html.js';

/** Content that may be wider than the screen. It scrolls separately, also by keyboard. */
export function scrollArea(label: string, content: Content): Html {
  return html`<div class="scroll" role="group" aria-label="${label}" tabindex="0">${content}</div>`;
}

/** A table. @param columns their names; `>` before one aligns it to the right. @param css the table's classes. */
export function dataTable(columns: readonly (string | Html)[], rows: Content, css = ''): Html {
  const heads = columns.map((name) =>
    typeof name === 'string' && name.startsWith('>')
      ? html`<th scope="col" class="n">${name.slice(1)}</th>`
      : html`<th scope="col">${name}</th>`,
  );
  return html`<table class="${css}"><thead><tr>${heads}</tr></thead><tbody>${rows}</tbody></table>`;
}
