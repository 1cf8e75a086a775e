import { buttonsFor } from './action-wordings.js';
import { type Html, html } from './html.js';

/** The buttons for all items of a list. @param list its address, by which the server finds the items. */
export function bulkBar(what: 'keys' | 'letters', list: string): Html {
  const nouns = what === 'keys' ? 'key keys' : 'letter letters';
  return html`<div class="bulk" data-bulk="${list}" data-nouns="${nouns}"><span>All that match the filter:</span>${buttonsFor(what, ' small')}</div>`;
}

/** The progress of a bulk action. The page's script fills it. */
export function bulkProgress(): Html {
  return html`<section class="panel bulk-progress" id="bulk" aria-label="Bulk action" hidden><p role="status" id="bulk-says"></p><progress id="bulk-bar" max="1" value="0" aria-label="Progress"></progress><button type="button" class="outline small" id="bulk-stop">Stop</button></section>`;
}
