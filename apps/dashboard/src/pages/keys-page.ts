import { KEY_TYPES } from '@redis-to-mongo/key-types';
import type { KeyListPage } from '../keys/key-list.js';
import { KEY_CONDITIONS, type KeyQuery, keyQueryPath } from '../keys/key-query.js';
import { bulkBar, bulkProgress, confirmDialog } from './action-buttons.js';
import { type Html, html } from './html.js';
import { keysTable } from './keys/keys-table.js';
import { type Site, sitePage } from './layout.js';
import { choice, exportLinks, filterForm, rowsPart, searchField } from './live-list.js';

/** The list of keys, with its search and filters. */
export function keysPage(query: KeyQuery, page: KeyListPage, site: Site, token: string): Html {
  const { search, keyType, status } = query;
  return sitePage(site, {
    current: 'keys',
    self: keyQueryPath(query, query),
    title: 'Keys',
    scripts: ['lists.js', 'bulk.js'],
    token,
    main: html`${bulkProgress()}<section class="panel" aria-labelledby="keys-title">
${filterForm(
  'keys',
  html`<h2 id="keys-title">Keys</h2>
${searchField(search, 'Begins with, or a pattern', 'Search by name')}
${choice('type', 'Type', keyType, 'any type', KEY_TYPES)}
${choice('status', 'Status', status, 'any status', KEY_CONDITIONS.slice(1))}`,
)}
${keyRows(query, page, site)}
</section>`,
    behind: !site.readOnly && confirmDialog(),
  });
}

/** The part of it that changes. */
export function keyRows(query: KeyQuery, page: KeyListPage, site: Pick<Site, 'readOnly'>): Html {
  const path = keyQueryPath(query);
  const order = query.descending && html`<input type="hidden" name="sort" value="-key" form="filters">`;
  return rowsPart(
    keyQueryPath(query, query),
    html`${order}${keysTable(query, page)}<div class="list-foot">${!site.readOnly && page.rows.length > 0 && bulkBar('key', path)}${exportLinks(path)}</div>`,
  );
}
