import { ORDERS } from '@redis-to-mongo/mongo-sink';
import { shownKey } from '@redis-to-mongo/pipeline';
import { type KeyListPage, type KeyRow, PER_PAGE } from '../../keys/key-list.js';
import { conditionOf, type KeyQuery, keyQueryPath, type PageCondition } from '../../keys/key-query.js';
import { behindMs } from '../../keys/key-status.js';
import { sizeText } from '../../keys/list-size.js';
import { ago, capitalized, count, counted, keyLink, seconds, until } from '../format.js';
import { type Html, html } from '../html.js';
import { listLink, stepLink } from '../live-list.js';
import { scrollArea } from '../scroll-area.js';
import { statusMark } from './status-mark.js';

/** A column; one that leads to a list in its order: by name, or of the keys that have something to show there, the worst first. */
interface Column {
  readonly name: string;
  readonly order?: 'name' | PageCondition;
  readonly isNumber?: boolean;
}

const COLUMNS: readonly Column[] = [
  { name: 'Key', order: 'name' },
  { name: 'Type' },
  { name: 'Stream' },
  { name: 'Status' },
  { name: 'Behind', order: 'behind', isNumber: true },
  { name: 'Time', isNumber: true },
  { name: 'Position', isNumber: true },
  { name: 'Last change', isNumber: true },
  { name: 'Next run', isNumber: true },
  { name: 'Gaps', order: 'gaps', isNumber: true },
  { name: 'Dead', order: 'dead letters', isNumber: true },
  { name: 'Last error', order: 'failing' },
];

/** One page of the list, with the links to the others. */
export function keysTable(query: KeyQuery, page: KeyListPage): Html {
  return html`${trouble(page)}${scrollArea(
    'Keys',
    html`<table class="keys cards">
<thead><tr>${COLUMNS.map((column) => heading(column, query))}</tr></thead>
<tbody>${page.rows.map((one) => row(one, page.at))}</tbody>
</table>`,
  )}
${page.rows.length === 0 && page.problem === undefined && html`<p class="empty">${nothing(query, page)}</p>`}
${notes(query, page)}${pager(query, page)}`;
}

/** Says above the list why it is not current. Otherwise a list that can't be read would look empty, or current. */
function trouble({ rows, problem }: KeyListPage): Html | false {
  if (problem === undefined) return false;
  if (/LOADING/.test(problem)) return html`<p class="empty">Loading the keys; this takes a moment.</p>`;
  const rest = rows.length === 0 ? 'none are loaded yet' : 'the list is outdated';
  return html`<p class="trouble" role="status">The keys cannot be read now (${problem}); ${rest}.</p>`;
}

/** What to say of a page without rows: a search that has not seen all names has not found that none matches. */
function nothing({ search, keyType, status }: KeyQuery, { scanned }: KeyListPage): string {
  if (scanned !== undefined) return 'No key matches so far.';
  return search === '' && keyType === '' && status === '' ? 'No keys yet.' : 'No key matches.';
}

/** Notes on the limits of a search. */
function notes({ search }: KeyQuery, { isWithin, rows, scanned }: KeyListPage): Html | false {
  if (!isWithin && scanned === undefined) return false;
  const within =
    isWithin && rows.length > 0 && html`No name begins with “${search}”; these names contain it. `;
  const soFar =
    scanned !== undefined &&
    html`${counted(scanned, 'name was', 'names were')} searched so far: Next continues.`;
  return html`<p class="empty" role="status">${within}${soFar}</p>`;
}

function heading({ name, order, isNumber = false }: Column, query: KeyQuery): Html {
  const css = isNumber ? 'n' : '';
  if (order === undefined) return html`<th scope="col" class="${css}">${name}</th>`;
  if (order === 'name') {
    const isSorted = ORDERS[conditionOf(query.status) ?? 'active'] === 'key';
    const direction = query.descending ? 'descending' : 'ascending';
    const change = isSorted ? { descending: !query.descending } : { status: '' as const };
    return html`<th scope="col" class="${css}" ${isSorted && html`aria-sort="${direction}"`}>${listLink(keyQueryPath(query, change), name)}</th>`;
  }
  const isSorted = query.status === order;
  return html`<th scope="col" class="${css}" ${isSorted && html`aria-sort="descending"`}>${listLink(keyQueryPath(query, { status: isSorted ? '' : order, descending: false }), name)}</th>`;
}

function row({ key, nextRunAt }: KeyRow, at: Date): Html {
  const now = at.getTime();
  const behind = behindMs(key, now);
  const time = key.lag === 0 ? '' : behind === null ? '–' : seconds(behind);
  const changed = key.lastChangedAt === null ? '–' : ago(new Date(key.lastChangedAt), at);
  const own = key.stream === key.key;
  return html`<tr><th scope="row">${keyLink(key.key)}</th>
<td data-name="Type">${key.keyType}</td>
<td class="of ${own && 'zero'}" data-name="Stream"><bdi>${own ? '–' : shownKey(key.stream)}</bdi></td>
<td class="state">${statusMark(key)}</td>
${number('Behind', key.lag, 'busy')}
<td class="n ${time === '' && 'zero'}" data-name="Time">${time}</td>
<td class="n position ${key.entryId === null && 'zero'}" data-name="Position">${key.entryId ?? '–'}</td>
<td class="n" data-name="Last change">${changed}</td>
<td class="n ${(nextRunAt === null || key.paused) && 'zero'}" data-name="Next run">${nextRunAt === null || key.paused ? '–' : until(nextRunAt, now)}</td>
${number('Gaps', key.gap, 'bad')}
${number('Dead', key.dead, 'bad')}
<td class="what ${!key.error && 'zero'}" data-name="Last error">${key.error ? html`<code>${key.error.code}</code>` : '–'}</td></tr>`;
}

function number(name: string, value: number, tone: 'busy' | 'bad'): Html {
  return html`<td class="n ${value === 0 ? 'zero' : tone}" data-name="${name}">${count(value)}</td>`;
}

function pager(query: KeyQuery, { total, next, previous }: KeyListPage): Html {
  const link = (change: Partial<KeyQuery> | undefined, name: string, rel: 'prev' | 'next') =>
    stepLink(change && keyQueryPath(query, change), name, rel);
  return html`<nav class="pager" aria-label="Pages of the list"><span role="status">${where(query, total)}</span>${link(previous, 'Previous', 'prev')}${link(next, 'Next', 'next')}</nav>`;
}

function where({ page }: KeyQuery, total: KeyListPage['total']): string {
  if (total === undefined) return `Page ${count(page)}`;
  const of = `${capitalized(sizeText(total, 'key', 'keys'))}, page ${count(page)}`;
  if (total.isAbout || total.isMore) return of;
  return `${of} of ${count(Math.max(page, Math.ceil(total.count / PER_PAGE)))}`;
}
