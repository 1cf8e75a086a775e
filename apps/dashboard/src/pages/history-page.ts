import { HISTORY_RANGES, type HistoryRange } from '@redis-to-mongo/fleet-status';
import { FLEET_LINES, historyCharts } from './history-charts.js';
import { type Html, html } from './html.js';
import { type Site, sitePage } from './layout.js';
import { exportLinks } from './live-list.js';

/** The fleet's history over an hour, a day or a week. */
export function historyPage(range: HistoryRange, site: Site): Html {
  const path = `history?range=${range}`;
  return sitePage(site, {
    current: 'history',
    self: path,
    title: 'History',
    charts: true,
    scripts: ['history.js'],
    main: html`<div class="filters bare"><h2 class="panel-title">History</h2>${rangeLinks('history', range)}${exportLinks(path)}</div>
${historyCharts(FLEET_LINES, `history/data?range=${range}`, range)}
<p class="asof">The active scheduler takes one sample per minute. If several samples share a point, it shows the worst. Times are <span class="zone-name">UTC</span>.</p>`,
  });
}

/** Links to the ranges. @param page its address without the range. */
export function rangeLinks(page: string, current: HistoryRange): Html {
  const to = (range: string) => `${page}${page.includes('?') ? '&' : '?'}range=${range}`;
  return html`<nav class="ranges" aria-label="Range">${Object.keys(HISTORY_RANGES).map(
    (range) =>
      html`<a class="range" href="${to(range)}" ${range === current && html`aria-current="true"`}>${range}</a>`,
  )}</nav>`;
}
