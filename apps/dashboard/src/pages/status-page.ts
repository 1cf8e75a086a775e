import { leftOutText, type ReasonCode, ratePerSec, type Verdict } from '@redis-to-mongo/fleet-status';
import {
  type BacklogStatus,
  isReadable,
  lagOf,
  type QueueStatus,
  type StatusReport,
  type TypeStatus,
  total,
} from '../status/status-report.js';
import { clock, count, duration, keyLink, rate, seconds } from './format.js';
import { type Chart, chart } from './history-charts.js';
import { type Html, html } from './html.js';
import { type Site, sitePage } from './layout.js';
import { dataTable } from './scroll-area.js';
import { errorsTable } from './status/errors-table.js';
import { verdictPart } from './status/verdict-part.js';

/** The parts of the pages that change, by their ids. */
export type Parts = Readonly<Record<(typeof ORDER)[number] | 'verdict', Html>>;

/** Parts whose height changes come last, so that the parts above them do not move. */
const ORDER = ['tiles', 'types', 'queue', 'errors', 'backlogs', 'asof'] as const;

const CHARTS: readonly Chart[] = [
  { name: 'behind', title: 'Seconds behind', line: 'busy', least: 2 },
  { name: 'lag', title: 'Entries behind', line: 'busy', least: 10 },
  { name: 'rate', title: 'Entries a second', line: 'link', least: 10 },
];

export function statusPage(report: StatusReport, site: Site): Html {
  const parts = statusParts(report);
  const [first, ...rest] = ORDER;
  return sitePage(site, {
    current: './',
    title: 'Status',
    scripts: ['charts.js'],
    charts: true,
    noHeadline: true,
    main: html`${part('verdict', parts)}
${part(first, parts)}
<div class="charts">${CHARTS.map((each) => chart(each, 'hour'))}</div>
${rest.map((id) => part(id, parts))}`,
  });
}

/** The changing parts of the page. A part is sent again when it changes, and the page's script puts it in place. */
export function statusParts(report: StatusReport): Parts {
  const { fleet, queue, at, verdict } = report;
  const nothing = html``;
  return {
    verdict: verdictPart(report),
    tiles: tiles(report),
    types: isReadable(fleet) ? keyTypesTable(fleet.types, hasOldNumbers(verdict)) : nothing,
    queue: isReadable(queue) ? queuePanel(queue) : nothing,
    errors: isReadable(fleet) ? errorsTable(fleet.errors, fleet.errorClasses, at) : nothing,
    backlogs: isReadable(fleet) ? html`${backlogsTable(fleet.backlogs)}` : nothing,
    asof: asOf(report),
  };
}

function part(id: keyof Parts, parts: Parts): Html {
  return html`<div id="${id}-part" data-part="${id}">${parts[id]}</div>`;
}

/** Shows the age of the sums: computing them reads all keys, so they are not always current. */
function asOf({ fleet, facts }: StatusReport): Html {
  const read = new Date(facts.at);
  const sums = isReadable(fleet) && html` The totals by key type are from ${clock(fleet.at)}.`;
  return html`<p class="asof">As of ${clock(read)}.${sums} Lag is as of each key’s last sync.</p>`;
}

/** The keys that are furthest behind, with their lag and the time they still need. Nothing if all are in sync. */
function backlogsTable(backlogs: readonly BacklogStatus[]): Html | false {
  if (backlogs.length === 0) return false;
  return html`<section class="panel" aria-labelledby="backlogs">
<h2 id="backlogs">Catching up</h2>
${dataTable(['Key', 'Progress', '>Read', '>Left', '>Per second', '>Time left'], backlogs.map(row), 'cards')}
</section>`;
}

function row({ key, seen, lag, perSecond, secondsLeft }: BacklogStatus): Html {
  const share = Math.floor((100 * seen) / Math.max(1, seen + lag));
  return html`<tr><th scope="row">${keyLink(key)}</th><td class="state"><progress max="100" value="${String(share)}">${String(share)} %</progress></td><td class="n" data-name="Read">${count(seen)}</td><td class="n busy" data-name="Left">${count(lag)}</td><td class="n" data-name="Per second">${rate(perSecond)}</td><td class="n" data-name="Time left">${secondsLeft === null ? '–' : duration(secondsLeft)}</td></tr>`;
}

/** What the queue is doing, in a line of numbers. */
function queuePanel(queue: QueueStatus): Html {
  const numbers: readonly (readonly [string, string, string])[] = [
    ['Workers', count(queue.workers), queue.workers === 0 ? 'bad' : ''],
    ['Schedulers', count(queue.schedulersAlive), queue.inCharge ? '' : 'bad'],
    ['Jobs running', count(queue.active), ''],
    ['Waiting', count(queue.waiting), ''],
    ['Due later', count(queue.delayed), ''],
    ['Keys scheduled', count(queue.schedulers), ''],
    ['Failed', count(queue.failed), queue.failed > 0 ? 'bad' : ''],
  ];
  return html`<section class="panel" aria-labelledby="queue">
<h2 id="queue">Queue ${queue.paused && html`<span class="mark bad">paused</span>`}<a class="panel-link" href="queues">All jobs</a></h2>
<dl class="numbers">${numbers.map(([name, value, tone]) => html`<div class="${tone}"><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${changesLine(queue.changes)}
${leftOutLine(queue.leftOut)}
</section>`;
}

function leftOutLine(leftOut: QueueStatus['leftOut']): Html | undefined {
  const text = leftOutText(leftOut ?? {});
  return text === undefined ? undefined : html`<p class="empty">${text}.</p>`;
}

function changesLine(heard: QueueStatus['changes']): Html | undefined {
  if (!heard) return undefined;
  if (heard.by === 'feed') return html`<p class="empty">Redis reports every change.</p>`;
  if (heard.by === 'connecting') return html`<p class="empty">The change feed is not connected.</p>`;
  return html`<p class="empty">All keys are polled every <code>SYNC_INTERVAL_SEC</code>: ${heard.why ?? ''}</p>`;
}

type Tone = 'busy' | 'bad' | false;

/** The fleet in six numbers. Those that keys can be listed for lead to the list. */
function tiles(report: StatusReport): Html {
  const { facts, fleet, queue, verdict } = report;
  const types = isReadable(fleet) ? fleet.types : undefined;
  const sum = (number: Parameters<typeof total>[1]) => (types ? total(types, number) : undefined);
  const now = ratePerSec(facts, 'entriesPerSec');
  const jobs = isReadable(queue) ? queue : undefined;
  const lag = lagOf(report);
  const late = verdict.behindMs === null ? 'entries' : `entries, ${seconds(verdict.behindMs)}`;
  return html`<dl class="tiles">
${tile('Behind', lag, late, (lag ?? 0) > 0 && 'busy', 'keys?status=behind')}
${tile('Now', now === null ? undefined : rate(now), 'entries a second', false)}
${tile('Workers', jobs?.workers, 'alive', jobs?.workers === 0 && 'bad', 'workers')}
${tile('Queue', jobs?.waiting, jobs ? `waiting, ${count(jobs.active)} running` : 'waiting', false, 'queues')}
${tile('Dead letters', sum('dead'), 'records refused', (sum('dead') ?? 0) > 0 && 'bad', 'dead-letters')}
${tile('Gaps', sum('gap'), 'entries lost unread', (sum('gap') ?? 0) > 0 && 'bad', 'keys?status=gaps')}
</dl>`;
}

function tile(
  name: string,
  value: number | string | undefined,
  note: string,
  tone: Tone,
  path?: string,
): Html {
  const text = value === undefined ? '–' : typeof value === 'number' ? count(value) : value;
  return html`<div class="tile ${tone}"><dt>${path ? html`<a href="${path}">${name}</a>` : name}</dt><dd><b>${text}</b><small>${note}</small></dd></div>`;
}

const COLUMNS = [
  'Keys',
  'Deleted',
  'Read',
  'Written',
  'Already there',
  'Dead letters',
  'Gaps',
  'Behind',
  'Per second',
];

/** Reasons with which nobody notices or reads changes, so that the numbers of all types may be old. */
const NOTHING_IS_READ: ReadonlySet<ReasonCode> = new Set([
  'queue-unreadable',
  'target-unreadable',
  'source-unreachable',
  'reading-old',
  'no-scheduler',
  'no-worker',
  'workers-paused',
  'queue-paused',
]);

function hasOldNumbers({ reasons }: Verdict): boolean {
  return reasons.some(({ code }) => NOTHING_IS_READ.has(code));
}

/** One row per key type. On a narrow screen each row is a card, and the cells carry their column's name. */
function keyTypesTable(types: readonly TypeStatus[], isOld: boolean): Html {
  return html`<section class="panel" aria-labelledby="types">
<h2 id="types">By key type</h2>
${dataTable(
  ['Type', 'State', ...COLUMNS.map((name) => `>${name}`)],
  types.map((type) => typeRow(type, isOld)),
  'cards',
)}
${types.length === 0 && html`<p class="empty">No keys yet.</p>`}
</section>`;
}

function typeRow(type: TypeStatus, isOld: boolean): Html {
  const cells: readonly (readonly [string, false | 'busy' | 'bad'])[] = [
    [count(type.active), false],
    [count(type.deleted), false],
    [count(type.seen), false],
    [count(type.written), false],
    [count(type.alreadyThere), false],
    [count(type.dead), type.dead > 0 && 'bad'],
    [count(type.gap), type.gap > 0 && 'bad'],
    [count(type.lag), type.lag > 0 && 'busy'],
    [rate(type.perSecond), false],
  ];
  return html`<tr><th scope="row">${type.keyType}</th><td class="state">${state(type, isOld)}</td>${cells.map(
    ([text, tone], i) =>
      html`<td class="n ${text === '0' && 'zero'} ${tone}" data-name="${COLUMNS[i]}">${text}</td>`,
  )}</tr>`;
}

/**
 * A type with dead letters is not called in sync: MongoDB lacks these records. Nor is one with paused keys: what Redis
 * has of these is not known here.
 * @param isOld nobody reads changes now.
 */
function state({ failing, lag, paused, dead }: TypeStatus, isOld: boolean): Html {
  const resting = paused > 0 && html` <span class="mark busy paused">${count(paused)} paused</span>`;
  const mark = () => {
    if (failing > 0) return html`<span class="mark bad">${count(failing)} failing</span>`;
    if (lag > 0) return html`<span class="mark busy">catching up</span>`;
    if (dead > 0) return html`<span class="mark bad">dead letters</span>`;
    if (paused > 0) return undefined;
    return isOld
      ? html`<span class="mark idle">unknown</span>`
      : html`<span class="mark good">in sync</span>`;
  };
  return html`${mark()}${resting}`;
}
