import type { HistoryRange } from '@redis-to-mongo/fleet-status';
import { type Html, html } from './html.js';

/** A chart: its name in the data, its title, the color of its line, and the least upper end of its axis. */
export interface Chart {
  readonly name: string;
  readonly title: string;
  readonly line: 'busy' | 'bad' | 'link' | 'good';
  /** The least upper end of the axis, so that small values look small. Default: 1. */
  readonly least?: number;
}

export const FLEET_LINES: readonly Chart[] = [
  { name: 'behindSec', title: 'Seconds behind', line: 'busy' },
  { name: 'lag', title: 'Entries behind', line: 'busy' },
  { name: 'entriesPerSec', title: 'Entries a second', line: 'link' },
  { name: 'keysPerSec', title: 'Keys a second', line: 'link' },
  { name: 'due', title: 'Keys due', line: 'busy' },
  { name: 'workers', title: 'Workers', line: 'good' },
  { name: 'lost', title: 'Lost in the previous hour', line: 'bad' },
  { name: 'dead', title: 'Dead letters', line: 'bad' },
];

export const KEY_LINES: readonly Chart[] = [
  { name: 'lag', title: 'Entries behind', line: 'busy' },
  { name: 'entriesPerSec', title: 'Entries a second', line: 'link' },
];

/** The charts; the page's script reads and draws them. @param source their data, from the base. */
export function historyCharts(lines: readonly Chart[], source: string, range: HistoryRange): Html {
  return html`<p class="empty" id="history-note" hidden>There is no history yet: the active scheduler takes one sample per minute.</p>
<div class="charts" data-history="${source}" data-range="${range}">${lines.map((each) => chart(each, range))}</div>`;
}

/** The page's script draws the chart. Its content is also given in words. @param over the time that it shows. */
export function chart({ name, title, line, least = 1 }: Chart, over: string): Html {
  return html`<figure class="panel chart" data-chart="${name}" data-line="${line}" data-least="${least}">
<figcaption><h2>${title}</h2><output class="reading" aria-live="off"></output></figcaption>
<div class="plot" role="img" aria-label="${title}, over the last ${over}"></div>
</figure>`;
}
