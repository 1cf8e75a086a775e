import { processState, sortedProcesses } from '@redis-to-mongo/fleet-status';
import type { FleetProcess } from '@redis-to-mongo/job-queue';
import { ago, bytes, count, rate } from './format.js';
import { type Content, type Html, html } from './html.js';
import { type Site, sitePage } from './layout.js';
import { exportLinks, rowsPart } from './live-list.js';
import { dataTable, scrollArea } from './scroll-area.js';

const COLUMNS = ['Process', 'State', 'Version', 'Since'] as const;
const NUMBERS = ['Jobs now', 'Entries/s', 'Keys/s', 'Memory', 'Event loop', 'Last heard'] as const;

/** Schedulers and workers, including those that ended lately. */
export function workersPage(processes: readonly FleetProcess[], at: Date, site: Site): Html {
  return sitePage(site, {
    current: 'workers',
    title: 'Workers',
    scripts: ['lists.js'],
    main: html`<section class="panel" aria-labelledby="workers-title"><div class="filters"><h1 class="panel-title" id="workers-title">Workers</h1>${exportLinks('workers')}</div>
${workerRows(processes, at)}</section>`,
  });
}

/** The part of it that changes. */
export function workerRows(processes: readonly FleetProcess[], at: Date): Html {
  const body = html`${scrollArea(
    'Processes',
    dataTable(
      [...COLUMNS, ...NUMBERS.map((name) => `>${name}`)],
      sortedProcesses(processes).map((process) => row(process, at)),
      'keys cards',
    ),
  )}
${processes.length === 0 && html`<p class="empty">No process is running, and none was in the last ten minutes.</p>`}
<p class="empty">Each process reports every few seconds. After <code>DEAD_AFTER_SEC</code> without a report it counts as dead, and is shown for ten more minutes. Event loop: its longest delay since the previous report.</p>`;
  return rowsPart('workers', body);
}

function row(process: FleetProcess, at: Date): Html {
  const { app, about, work, silentMs, is } = process;
  const { word, tone } = processState(process);
  const heard = new Date(at.getTime() - silentMs);
  const since = about && new Date(heard.getTime() - about.uptimeSec * 1000);
  const isAlive = is === 'alive';
  const live = (value: string | undefined): Content => (isAlive && value !== undefined ? value : '–');
  return html`<tr class="${!isAlive && 'gone'}"><th scope="row"><span class="process">${app} <bdi>${about ? `${about.host}:${about.pid}` : 'of an earlier version'}</bdi></span></th>
<td class="state"><span class="mark ${tone}">${word}</span></td>
<td data-name="Version">${about?.version ?? '–'}</td>
<td data-name="Since">${since ? ago(since, at) : '–'}</td>
${[
  live(work && count(work.jobs)),
  live(work && rate(work.entriesPerSec)),
  live(work && rate(work.keysPerSec)),
  about ? bytes(about.memoryBytes) : '–',
  live(about && `${count(about.eventLoopLagMs)} ms`),
  ago(heard, at),
].map((cell, i) => html`<td class="n" data-name="${NUMBERS[i]}">${cell}</td>`)}</tr>`;
}
