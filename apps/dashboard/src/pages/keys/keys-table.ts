import { shownKey } from '@redis-to-mongo/pipeline';
import type { KeyPage, KeyRow } from '../../keys/key-list.js';
import { type KeyQuery, type KeySort, keyQueryPath } from '../../keys/key-query.js';
import { behindMs } from '../../keys/key-status.js';
import { ago, count, counted, keyLink, seconds, until } from '../format.js';
import { type Html, html } from '../html.js';
import { statusMark } from './status-mark.js';

/** A column; one that can be sorted by has a name to sort by, and the numbers begin with the largest. */
interface Column {
  readonly name: string;
  readonly sort?: KeySort;
  readonly largestFirst?: boolean;
  readonly isNumber?: boolean;
}

const COLUMNS: readonly Column[] = [
  { name: 'Key', sort: 'key' },
  { name: 'Type', sort: 'type' },
  { name: 'Stream', sort: 'stream' },
  { name: 'Status' },
  { name: 'Behind', sort: 'lag', largestFirst: true, isNumber: true },
  { name: 'Time', isNumber: true },
  { name: 'Position', isNumber: true },
  { name: 'Last change', sort: 'changed', largestFirst: true, isNumber: true },
  { name: 'Next run', isNumber: true },
  { name: 'Gaps', sort: 'gaps', largestFirst: true, isNumber: true },
  { name: 'Dead', sort: 'dead', largestFirst: true, isNumber: true },
  { name: 'Last error', sort: 'error', largestFirst: true },
];

/** One page of the list, with the links to the others. */
export function keysTable(query: KeyQuery, page: KeyPage): Html {
  return html`${trouble(page)}<div class="scroll"><table class="keys cards">
<thead><tr>${COLUMNS.map((column) => heading(column, query))}</tr></thead>
<tbody>${page.rows.map((one) => row(one, page.at))}</tbody>
</table></div>
${page.total === 0 && page.problem === undefined && html`<p class="empty">No key fits.</p>`}
${pager(query, page)}`;
}

/** What keeps the list from being current, above it: else one that can't be read looks empty, or like news. */
function trouble({ total, problem }: KeyPage): Html | false {
  if (problem === undefined) return false;
  if (/LOADING/.test(problem))
    return html`<p class="empty">The keys are being read; this takes a moment.</p>`;
  const rest = total === 0 ? 'none are known yet' : 'what is shown is old';
  return html`<p class="trouble" role="status">The keys can’t be read now (${problem}); ${rest}.</p>`;
}

function heading({ name, sort, largestFirst = false, isNumber = false }: Column, query: KeyQuery): Html {
  const css = isNumber ? 'n' : '';
  if (sort === undefined) return html`<th scope="col" class="${css}">${name}</th>`;
  const isSorted = query.sort === sort;
  const descending = isSorted ? !query.descending : largestFirst;
  const direction = query.descending ? 'descending' : 'ascending';
  return html`<th scope="col" class="${css}" ${isSorted && html`aria-sort="${direction}"`}><a href="${keyQueryPath(query, { sort, descending })}">${name}</a></th>`;
}

function row({ key, nextRunAt }: KeyRow, at: Date): Html {
  const now = at.getTime();
  const behind = behindMs(key, now);
  const time = key.lag === 0 ? '' : behind === null ? '–' : seconds(behind);
  const changed = key.lastChangedAt === null ? '–' : ago(new Date(key.lastChangedAt), at);
  const own = key.stream === key.key;
  return html`<tr><th scope="row">${keyLink(key.key)}</th>
<td data-name="Type">${key.keyType}</td>
<td class="of ${own && 'zero'}" data-name="Stream"><bdi>${own ? 'its own' : shownKey(key.stream)}</bdi></td>
<td class="state">${statusMark(key)}</td>
${number('Behind', key.lag, 'busy')}
<td class="n ${time === '' && 'zero'}" data-name="Time">${time}</td>
<td class="n position ${key.entryId === null && 'zero'}" data-name="Position">${key.entryId ?? '–'}</td>
<td class="n" data-name="Last change">${changed}</td>
<td class="n ${nextRunAt === null && 'zero'}" data-name="Next run">${nextRunAt === null ? '–' : until(nextRunAt, now)}</td>
${number('Gaps', key.gap, 'bad')}
${number('Dead', key.dead, 'bad')}
<td class="what ${!key.error && 'zero'}" data-name="Last error">${key.error ? html`<code>${key.error.code}</code>` : '–'}</td></tr>`;
}

function number(name: string, value: number, tone: 'busy' | 'bad'): Html {
  return html`<td class="n ${value === 0 ? 'zero' : tone}" data-name="${name}">${count(value)}</td>`;
}

function pager(query: KeyQuery, { total, page, pages }: KeyPage): Html {
  const link = (to: number, name: string, rel: string) =>
    to >= 1 && to <= pages
      ? html`<a href="${keyQueryPath(query, { page: to })}" rel="${rel}">${name}</a>`
      : html`<span aria-hidden="true">${name}</span>`;
  return html`<nav class="pager" aria-label="Pages of the list"><span role="status">${counted(total, 'key', 'keys')}, page ${count(page)} of ${count(pages)}</span>${link(page - 1, 'Previous', 'prev')}${link(page + 1, 'Next', 'next')}</nav>`;
}
