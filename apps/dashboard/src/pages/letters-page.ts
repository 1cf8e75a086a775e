import { type DeadLetter, refusalName } from '@redis-to-mongo/mongo-sink';
import { sizeText } from '../keys/list-size.js';
import { LETTERS_PER_PAGE, type LetterListPage } from '../letters/letter-list.js';
import { type LETTER_HOURS, type LetterQuery, letterQueryPath } from '../letters/letter-query.js';
import { bulkBar, bulkProgress, confirmDialog } from './action-buttons.js';
import { ago, bytes, capitalized, keyLink } from './format.js';
import { type Html, html } from './html.js';
import { type Site, sitePage } from './layout.js';
import { choice, exportLinks, filterForm, rowsPart, searchField, stepLink } from './live-list.js';
import { dataTable, scrollArea } from './scroll-area.js';

const WITHIN: Readonly<Record<Exclude<(typeof LETTER_HOURS)[number], 0>, string>> = {
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
${searchField(search, 'Key begins with, or a pattern', 'Search by key')}
${choice('collection', 'Collection', collection, 'any collection', page.collections)}
${choice(
  'code',
  'Reason',
  String(code || ''),
  'any reason',
  page.codes.map((each) => [String(each), refusalName(each)]),
)}
${choice('within', 'Time', String(hours || ''), 'at any time', Object.entries(WITHIN))}`,
)}
${letterRows(query, page, site)}
</section>`,
    behind: !site.readOnly && confirmDialog(),
  });
}

/** The part of it that changes. */
export function letterRows(query: LetterQuery, page: LetterListPage, site: Pick<Site, 'readOnly'>): Html {
  const { letters, total, next, at } = page;
  const path = letterQueryPath(query);
  const none = path.includes('?') ? 'No dead letter matches.' : 'There are no dead letters.';
  const columns = [
    'Key',
    'What',
    'Collection',
    'Reason',
    '>Size',
    '>Refused',
    html`<span class="unseen">Letter</span>`,
  ];
  const table = dataTable(
    columns,
    letters.map((letter) => row(letter, at)),
    'keys cards',
  );
  return rowsPart(
    letterQueryPath(query, query),
    html`${letters.length === 0 ? html`<p class="empty">${none}</p>` : scrollArea('Dead letters', table)}
<nav class="pager" aria-label="Pages of the list"><span role="status">${where(total)}</span>${stepLink(query.after ? path : undefined, 'First')}${stepLink(next, 'Next', 'next')}</nav>
<div class="list-foot">${!site.readOnly && total.count > 0 && bulkBar('letter', path)}${exportLinks(path)}</div>`,
  );
}

function where(total: LetterListPage['total']): string {
  return `${capitalized(sizeText(total, 'dead letter', 'dead letters'))}, ${LETTERS_PER_PAGE} per page, newest first`;
}

function row({ id, key, kind, entryId, collection, code, bytes: size, at }: DeadLetter, now: Date): Html {
  return html`<tr><th scope="row">${keyLink(key)}</th>
<td class="wide-cell" data-name="What">${kind}${entryId && html` <code>${entryId}</code>`}</td>
<td class="wide-cell" data-name="Collection">${collection}</td>
<td class="wide-cell" data-name="Reason"><code>${refusalName(code)}</code></td>
<td class="n" data-name="Size">${bytes(size)}</td>
<td class="n" data-name="Refused">${ago(at, now)}</td>
<td class="state"><a href="${letterPath(id)}" aria-label="Open the letter of ${key}, ${entryId || kind}">Open</a></td></tr>`;
}

/** The address of a letter's page, from the base. */
export function letterPath(id: string): string {
  return `dead-letter?${new URLSearchParams({ id })}`;
}
