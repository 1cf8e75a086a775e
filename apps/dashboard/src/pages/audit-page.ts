import type { AuditEntry } from '@redis-to-mongo/mongo-sink';
import { AUDIT_ACTIONS } from '@redis-to-mongo/pipeline';
import { type AuditPageQuery, auditQueryPath } from '../records/audit-query.js';
import type { Records } from '../records/records.js';
import { clock, keyLink } from './format.js';
import { type Html, html } from './html.js';
import { type Site, sitePage } from './layout.js';
import { choice, exportLinks, filterForm, rowsPart, searchField, stepLink } from './live-list.js';
import { dataTable, scrollArea } from './scroll-area.js';

type Page = Awaited<ReturnType<Records['read']>>;

/** Who did what, the newest first. */
export function auditPage(query: AuditPageQuery, page: Page, site: Site): Html {
  return sitePage(site, {
    current: 'audit',
    self: auditQueryPath(query, query),
    title: 'Audit',
    scripts: ['lists.js'],
    main: html`<section class="panel" aria-labelledby="audit-title">
${filterForm(
  'audit',
  html`<h2 id="audit-title">Actions of operators</h2>
${searchField(query.search, 'Key begins with', 'Search by key')}
${choice('action', 'Action', query.action, 'any action', AUDIT_ACTIONS)}`,
)}
${auditRows(query, page)}
</section>`,
  });
}

/** The part of it that changes. */
export function auditRows(query: AuditPageQuery, { entries, isMore }: Page): Html {
  const path = auditQueryPath(query);
  const last = entries.at(-1);
  return rowsPart(
    auditQueryPath(query, query),
    html`${entries.length === 0 ? html`<p class="empty">No actions found.</p>` : auditTable(entries)}
<nav class="pager" aria-label="Pages of the list"><span role="status">Newest first</span>${exportLinks(path)}${stepLink(query.after ? path : undefined, 'First')}${stepLink(isMore && last ? auditQueryPath(query, { after: last.id }) : undefined, 'Next', 'next')}</nav>`,
  );
}

/** Actions of operators, as a table. */
export function auditTable(entries: readonly AuditEntry[]): Html {
  return scrollArea(
    'Actions of operators',
    dataTable(['When', 'Action', 'Key', 'Who', 'From', 'Filter', 'Result'], entries.map(row), 'keys cards'),
  );
}

function row({ at, who, by, from, action, key, filter, result, error }: AuditEntry): Html {
  return html`<tr><th scope="row">${clock(at)}</th>
<td class="state"><span class="mark idle">${action}</span></td>
<td data-name="Key">${key === null ? '–' : keyLink(key)}</td>
<td data-name="Who">${who}, by ${by}</td>
<td data-name="From">${from}</td>
<td class="${filter === null && 'zero'}" data-name="Filter">${filter === null ? '–' : html`<code>${filter}</code>`}</td>
<td class="wide-cell ${error !== null && 'bad'}" data-name="Result">${result}${error !== null && html` <code>${error}</code>`}</td></tr>`;
}
