import type { HistoryRange } from '@redis-to-mongo/fleet-status';
import { type Html, html } from './html.js';

/** A chart: its name in the data, its title, the color of its line, and what its axis reaches up to at least. */
export interface Chart {
  readonly name: string;
  readonly title: string;
  readonly line: 'busy' | 'bad' | 'link' | 'good';
  /** Small noise must not look like a mountain. Default: 1. */
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

/** The chart itself is drawn by the page's script; what it shows is reported in words too. @param over the time that it shows. */
export function chart({ name, title, line, least = 1 }: Chart, over: string): Html {
  return html`<figure class="panel chart" data-chart="${name}" data-line="${line}" data-least="${least}">
<figcaption><h2>${title}</h2><output class="reading" aria-live="off"></output></figcaption>
<div class="plot" role="img" aria-label="${title}, over the last ${over}"></div>
</figure>`;
}
