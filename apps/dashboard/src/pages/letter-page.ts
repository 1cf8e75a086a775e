import { type DeadLetter, refusalName } from '@redis-to-mongo/mongo-sink';
import { shownKey } from '@redis-to-mongo/pipeline';
import { buttonsFor, confirmDialog } from './action-buttons.js';
import { bytes, clock, keyLink } from './format.js';
import { type Html, html } from './html.js';
import { type Site, sitePage } from './layout.js';
import { letterPath } from './letters-page.js';
import { scrollArea } from './scroll-area.js';

/** One dead letter. */
export interface LetterView {
  readonly letter: DeadLetter;
  /** Its record as text, where values may be shown. */
  readonly record: string | undefined;
}

/** One dead letter whole; its record, and the server's words, only where values may be shown. */
export function letterPage({ letter, record }: LetterView, site: Site, token: string): Html {
  const { id, key, kind, entryId, collection, code, reason, bytes: size, at } = letter;
  return sitePage(site, {
    current: 'dead-letters',
    self: letterPath(id),
    title: `Dead letter of ${shownKey(key)}`,
    token,
    scripts: ['actions.js'],
    main: html`<p class="back"><a href="dead-letters">All dead letters</a></p>
<section class="key-title verdict"><h1>Dead letter of <bdi>${shownKey(key)}</bdi></h1><p>${kind}${entryId && html` <code>${entryId}</code>`} of ${keyLink(key)}</p></section>
${!site.readOnly && html`<section class="actions" aria-label="Actions" id="actions" data-path="dead-letters/actions" data-letter="${id}">${buttonsFor('letter')}</section>`}
<section class="panel" aria-labelledby="facts"><h2 id="facts">Why</h2><dl class="facts">
<div><dt>Reason</dt><dd><code>${refusalName(code)}</code></dd></div>
<div><dt>Collection</dt><dd>${collection}</dd></div>
<div><dt>Size</dt><dd>${bytes(size)}</dd></div>
<div><dt>Refused</dt><dd>${clock(at)}</dd></div>
</dl></section>
<section class="panel" aria-labelledby="record"><h2 id="record">Record</h2>${
      record === undefined
        ? html`<p class="empty">The record and the server’s message are shown if <code>DASHBOARD_SHOW_VALUES</code> is true; <code>redis-to-mongo dead-letters show</code> prints them.</p>`
        : html`<p class="empty">${reason}</p>${scrollArea('The record', html`<pre>${record}</pre>`)}`
    }</section>`,
    behind: !site.readOnly && confirmDialog(),
  });
}
