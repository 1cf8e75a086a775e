import { isReadable, type StatusReport } from '../status/status-report.js';
import { type Html, html } from './html.js';
import { layout, topBar } from './layout.js';
import { backlogsTable } from './status/backlogs-table.js';
import { errorsTable } from './status/errors-table.js';
import { keyTypesTable } from './status/key-types-table.js';
import { queuePanel } from './status/queue-panel.js';
import { tiles } from './status/tiles.js';
import { verdictOf } from './status/verdict.js';

export function statusPage(report: StatusReport, readOnly: boolean): Html {
  return layout({
    title: 'Status',
    script: 'status.js',
    body: html`${topBar(readOnly)}
<main class="wide" id="live" data-source="/status">${statusContent(report)}</main>
<p class="wide stale" id="stale" role="status" hidden>The dashboard does not answer; these numbers are old. Trying again…</p>`,
  });
}

/** What changes: fetched again by the page's script, which puts in place what differs. */
export function statusContent(report: StatusReport): Html {
  const { fleet, queue, at } = report;
  const { tone, title, detail } = verdictOf(report);
  return html`<section class="verdict ${tone}"><h1>${title}</h1><p>${detail}</p></section>
${isReadable(fleet) && html`${tiles(fleet.types)}${keyTypesTable(fleet.types)}${backlogsTable(fleet.backlogs)}`}
${isReadable(queue) && queuePanel(queue)}
${isReadable(fleet) && errorsTable(fleet.errors, at)}
<p class="asof">As of <time datetime="${at.toISOString()}">${at.toISOString().slice(11, 19)} UTC</time>. What a key is behind is what it was when it was last read.</p>`;
}
