import type { DeadLetter } from '@redis-to-mongo/mongo-sink';
import { sizeText } from '../keys/list-size.js';
import { LETTERS_PER_PAGE, type LetterListPage } from '../letters/letter-list.js';
import { LETTER_HOURS, type LetterQuery, letterQueryPath } from '../letters/letter-query.js';
import { refusalName } from '../letters/refusal-name.js';
import { bulkBar, bulkProgress } from './bulk-bar.js';
import { ago, bytes, keyLink } from './format.js';
import { type Html, html } from './html.js';
import { confirmDialog } from './keys/action-buttons.js';
import { sitePage } from './layout.js';
import { exportLinks, filterForm, listLink, rowsPart } from './live-list.js';
import { scrollArea } from './scroll-area.js';
import type { Site } from './site.js';

const WITHIN: Readonly<Record<(typeof LETTER_HOURS)[number], string>> = {
  0: 'at any time',
  1: 'in the last hour',
  24: 'in the last day',
  168: 'in the last week',
};

/** The dead letters, with their filter. */
export function lettersPage(query: LetterQuery, page: LetterListPage, site: Site, token: string): Html {
  const { search, collection, code, hours } = query;
  return sitePage(site, {
    current: 'dead-letters',
    self: letterQueryPath(query, query),
    title: 'Dead letters',
    token,
    scripts: ['lists.js', 'bulk.js'],
    main: html`${bulkProgress()}<section class="panel" aria-labelledby="letters-title">
${filterForm(
  'dead-letters',
  html`<h2 id="letters-title">Dead letters</h2>
<input type="search" name="q" value="${search}" placeholder="Key begins with, or a pattern" aria-label="Search by key" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="200">
${options('collection', 'Collection', collection, [['', 'any collection'], ...page.collections.map((name) => [name, name] as const)])}
${options('code', 'Reason', String(code || ''), [['', 'any reason'], ...page.codes.map((each) => [String(each), refusalName(each)] as const)])}
${options(
  'within',
  'Time',
  String(hours || ''),
  LETTER_HOURS.map((each) => [String(each || ''), WITHIN[each]] as const),
)}`,
)}
${letterRows(query, page, site)}
</section>`,
    behind: !site.readOnly && confirmDialog(),
  });
}

function options(
  name: string,
  label: string,
  chosen: string,
  all: readonly (readonly [value: string, text: string])[],
): Html {
  return html`<select name="${name}" aria-label="${label}">${all.map(
    ([value, text]) => html`<option value="${value}" ${value === chosen && html`selected`}>${text}</option>`,
  )}</select>`;
}

/** The part of it that changes. */
export function letterRows(query: LetterQuery, page: LetterListPage, site: Pick<Site, 'readOnly'>): Html {
  const { letters, total, next, at } = page;
  const path = letterQueryPath(query);
  const table = html`<table class="keys cards">
<thead><tr><th scope="col">Key</th><th scope="col">What</th><th scope="col">Collection</th><th scope="col">Reason</th><th scope="col" class="n">Size</th><th scope="col" class="n">Refused</th><th scope="col"><span class="unseen">Letter</span></th></tr></thead>
<tbody>${letters.map((letter) => row(letter, at))}</tbody></table>`;
  return rowsPart(
    letterQueryPath(query, query),
    html`${letters.length === 0 ? html`<p class="empty">No dead letter matches.</p>` : scrollArea('Dead letters', table)}
<nav class="pager" aria-label="Pages of the list"><span role="status">${where(total)}</span>${query.after ? listLink(path, 'First') : html`<span aria-hidden="true">First</span>`}${next === undefined ? html`<span aria-hidden="true">Next</span>` : listLink(next, 'Next', 'next')}</nav>
<div class="list-foot">${!site.readOnly && total.count > 0 && bulkBar('letters', path)}${exportLinks(path)}</div>`,
  );
}

function where(total: LetterListPage['total']): string {
  const size = sizeText(total, 'letter', 'letters');
  return `${size.charAt(0).toUpperCase()}${size.slice(1)}, ${LETTERS_PER_PAGE} per page, newest first`;
}

function row({ id, key, kind, entryId, collection, code, bytes: size, at }: DeadLetter, now: Date): Html {
  return html`<tr><th scope="row">${keyLink(key)}</th>
<td data-name="What">${kind}${entryId && html` <code>${entryId}</code>`}</td>
<td data-name="Collection">${collection}</td>
<td data-name="Reason"><code>${refusalName(code)}</code></td>
<td class="n" data-name="Size">${bytes(size)}</td>
<td class="n" data-name="Refused">${ago(at, now)}</td>
<td class="state"><a href="${letterPath(id)}" aria-label="Open the letter of ${key}, ${entryId || kind}">Open</a></td></tr>`;
}

/** The address of a letter's page, from the base. */
export function letterPath(id: string): string {
  return `dead-letter?${new URLSearchParams({ id })}`;
}
