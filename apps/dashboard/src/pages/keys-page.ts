import { KEY_TYPES } from '@redis-to-mongo/pipeline';
import type { KeyListPage } from '../keys/key-list.js';
import { KEY_CONDITIONS, type KeyQuery, keyQueryPath } from '../keys/key-query.js';
import { type Html, html } from './html.js';
import { keysTable } from './keys/keys-table.js';
import { layout, staleNote, topBar } from './layout.js';

/** The list of keys, with its search and filters; `verdict` is the status in one sentence. */
export function keysPage(query: KeyQuery, page: KeyListPage, verdict: Html, readOnly: boolean): Html {
  const { search, keyType, status } = query;
  return layout({
    title: 'Keys',
    scripts: ['live.js', 'keys.js'],
    body: html`${topBar('keys', readOnly, keyQueryPath(query))}
<main class="wide" id="main">
<div data-part="verdict" class="small">${verdict}</div>
<section class="panel" aria-labelledby="keys-title">
<form class="filters" method="get" action="keys" role="search" id="filters">
<h2 id="keys-title">Keys</h2>
<input type="search" name="q" value="${search}" placeholder="Begins with, or a pattern" aria-label="Search by name" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="200">
${choice('type', 'Type', keyType, ['', ...KEY_TYPES], 'any type')}
${choice('status', 'Status', status, KEY_CONDITIONS, 'any status')}
<noscript><button>Show</button></noscript>
</form>
<div id="rows" data-live aria-live="off">${keysTable(query, page)}</div>
</section>
</main>
${staleNote()}`,
  });
}

function choice(name: string, label: string, chosen: string, all: readonly string[], any: string): Html {
  const options = all.map(
    (value) => html`<option value="${value}" ${value === chosen && html`selected`}>${value || any}</option>`,
  );
  return html`<select name="${name}" aria-label="${label}">${options}</select>`;
}
