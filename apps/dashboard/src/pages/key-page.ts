import type { HistoryRange } from '@redis-to-mongo/fleet-status';
import { hasScheduler } from '@redis-to-mongo/key-types';
import type { KeySummary } from '@redis-to-mongo/mongo-sink';
import { type Gap, type Period, shownKey } from '@redis-to-mongo/pipeline';
import type { KeyDetail, KeyExplanation } from '../keys/key-detail.js';
import { keyPath } from '../keys/key-path.js';
import { behindMs } from '../keys/key-status.js';
import { actionButtons, confirmDialog } from './action-buttons.js';
import { auditTable } from './audit-page.js';
import { ago, clock, count, keyLink, seconds, until } from './format.js';
import { historyCharts, KEY_LINES } from './history-charts.js';
import { rangeLinks } from './history-page.js';
import { type Content, type Html, html } from './html.js';
import { statusMark } from './keys/status-mark.js';
import { valuesPart } from './keys/values-panel.js';
import { type Site, sitePage } from './layout.js';
import { dataTable, scrollArea } from './scroll-area.js';
import { advice } from './status/errors-table.js';

/** All about one key. @param token proves that a request comes from the page. @param range of the charts. */
export function keyPage(
  detail: KeyDetail,
  site: Site,
  token: string,
  range: HistoryRange,
  showValues: boolean,
): Html {
  const { key } = detail.summary;
  const path = keyPath(key);
  return sitePage(site, {
    current: 'keys',
    self: path,
    title: shownKey(key),
    charts: true,
    scripts: ['lists.js', 'actions.js', 'history.js'],
    token,
    noHeadline: true,
    main: html`<p class="back"><a href="keys">All keys</a></p>
<div id="detail" hx-get="${path.replace('key?', 'key/detail?')}" hx-trigger="r2m:tick from:document, r2m:changed from:document" hx-swap="innerMorph" hx-sync="drop">${keyContent(detail, site.readOnly)}</div>
${valuesPart(key, showValues)}
<div class="filters bare"><h2 class="panel-title">History</h2>${rangeLinks(path, range)}</div>
${historyCharts(KEY_LINES, `history/data?${new URLSearchParams({ key, range })}`, range)}`,
    behind: !site.readOnly && confirmDialog(),
  });
}

/** What changes: fetched again by the page's script. */
export function keyContent(detail: KeyDetail, readOnly: boolean): Html {
  const { summary, state, nextRunAt, at, explanation, actions } = detail;
  const { key, error } = summary;
  return html`<section class="verdict key-title"><h1><bdi>${shownKey(key)}</bdi></h1><p>${statusMark(summary)} ${summary.keyType}${summary.stream !== key && html`, <bdi>${shownKey(summary.type)}</bdi> of ${keyLink(summary.stream)}`}</p></section>
${!readOnly && actionButtons(summary)}
${error && html`<section class="panel problem-panel" aria-labelledby="error"><h2 id="error">Last error <code>${error.code}</code></h2><p class="empty">${advice(error.code, error.message)}</p><p class="empty">${ago(new Date(error.at), at)}; class of the error: ${error.errorClass}</p></section>`}
<section class="panel" aria-labelledby="facts"><h2 id="facts">Position and counts</h2><dl class="facts">${facts(summary, nextRunAt, at).map(([name, value, tone]) => html`<div class="${tone}"><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>
${explanation && explanationPanel(explanation)}
${state && gapsTable(state.gaps)}
${state && activityTable(state.activity)}
${actions.length > 0 && html`<section class="panel" aria-labelledby="operator-actions"><h2 id="operator-actions">Actions of operators<a class="panel-link" href="audit?${new URLSearchParams({ q: key }).toString()}">All</a></h2>${auditTable(actions)}</section>`}
<p class="asof">As of ${clock(at)}. Times are <span class="zone-name">UTC</span>.</p>`;
}

type Fact = readonly [name: string, value: Content, tone?: string | false];

function nextRun({ key, keyType, paused }: KeySummary, nextRunAt: KeyDetail['nextRunAt'], at: Date): Content {
  if (paused) return 'when resumed';
  if (nextRunAt === undefined) return 'unknown';
  if (nextRunAt === null) return hasScheduler(keyType) ? 'not scheduled' : 'when it changes';
  return html`<a href="${keyPath(key).replace('key?', 'key/job?')}">${until(nextRunAt, at.getTime())}</a>`;
}

function facts(key: KeySummary, nextRunAt: KeyDetail['nextRunAt'], at: Date): readonly Fact[] {
  const behind = behindMs(key, at.getTime());
  const time = (ms: number | null) => (ms === null || ms === 0 ? '–' : clock(new Date(ms)));
  return [
    // Nothing is known of what came in since the pause.
    ['Behind', key.paused ? `${count(key.lag)} when paused` : count(key.lag), key.lag > 0 && 'busy'],
    ['Behind in time', behind === null || key.paused ? '–' : seconds(behind), key.lag > 0 && 'busy'],
    ['Next run', nextRun(key, nextRunAt, at)],
    ['Position', key.entryId ?? '–'],
    ['Read', count(key.seen)],
    ['Written', count(key.written)],
    ['Already there', count(key.alreadyThere)],
    [
      'Dead letters',
      key.dead === 0
        ? '0'
        : html`<a href="dead-letters?${new URLSearchParams({ q: key.key }).toString()}">${count(key.dead)}</a>`,
      key.dead > 0 && 'bad',
    ],
    ['Gaps', count(key.gap), key.gap > 0 && 'bad'],
    ['Incarnation', count(key.incarnation)],
    ['Last change', time(key.lastChangedAt)],
    ['Last synced', time(key.lastSyncedAt)],
    ['First synced', time(key.firstSyncedAt)],
  ];
}

/** The periods in which the key existed, newest first. */
function activityTable(activity: readonly Period[]): Html {
  const rows = activity
    .toReversed()
    .map(
      ({ incarnation, from, to, end }) =>
        html`<tr><th scope="row" data-name="Incarnation">${count(incarnation)}</th><td data-name="From">${clock(from)}</td><td data-name="To">${to === null ? 'now' : clock(to)}</td><td data-name="Ended">${end ?? '–'}</td></tr>`,
    );
  return tablePanel('activity', 'Incarnations', ['Incarnation', 'From', 'To', 'Ended'], rows);
}

/** Entries lost unread, newest first. */
function gapsTable(gaps: readonly Gap[]): Html | false {
  const rows = gaps
    .toReversed()
    .map(
      ({ at, entries, exact, cause, after, upTo, incarnation }) =>
        html`<tr><th scope="row" data-name="When">${clock(at)}</th><td class="n bad" data-name="Entries">${!exact && 'about '}${count(entries)}</td><td data-name="Cause">${cause}</td><td class="wide-cell" data-name="After"><code>${after}</code></td><td class="wide-cell" data-name="Up to"><code>${upTo}</code></td><td class="n" data-name="Incarnation">${count(incarnation)}</td></tr>`,
    );
  const columns = ['When', '>Entries', 'Cause', 'After', 'Up to', '>Incarnation'];
  return rows.length > 0 && tablePanel('gaps', 'Gaps', columns, rows);
}

function tablePanel(id: string, title: string, columns: readonly string[], rows: Content): Html {
  return html`<section class="panel" aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${scrollArea(title, dataTable(columns, rows, 'cards'))}</section>`;
}

const FORMS = {
  entries: 'a document for each entry',
  inline: 'one document',
  members: 'a document for each part',
} as const;

/** Which rule holds for a key, where it is kept, and in which form: as the command `explain` shows. */
function explanationPanel({ choice, rule, stored }: KeyExplanation): Html {
  const facts: readonly (readonly [name: string, value: Content])[] = [
    ['Chosen', choice.why],
    ['Rule', [rule.says, ...rule.does].join('; ')],
    ['Collection', stored?.collection ?? rule.collection],
    ['Document', stored ? html`<code>${shownKey(stored.id)}</code>` : 'none'],
    ['Form', stored ? FORMS[stored.form] : '–'],
    ['Size', stored?.size === undefined || stored.size === null ? '–' : count(stored.size)],
  ];
  return html`<section class="panel" aria-labelledby="explained"><h2 id="explained">How it is mirrored</h2><dl class="explained">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>`;
}
