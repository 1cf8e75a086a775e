import type { HistoryRange } from '@redis-to-mongo/fleet-status';
import { type Html, html } from './html.js';

/** A line of a history: its name in the data, its title, its color. */
export interface HistoryLine {
  readonly name: string;
  readonly title: string;
  readonly line: 'busy' | 'bad' | 'link' | 'good';
}

export const FLEET_LINES: readonly HistoryLine[] = [
  { name: 'behindSec', title: 'Seconds behind', line: 'busy' },
  { name: 'lag', title: 'Entries behind', line: 'busy' },
  { name: 'entriesPerSec', title: 'Entries a second', line: 'link' },
  { name: 'keysPerSec', title: 'Keys a second', line: 'link' },
  { name: 'due', title: 'Keys due', line: 'busy' },
  { name: 'workers', title: 'Workers', line: 'good' },
  { name: 'lost', title: 'Lost in the previous hour', line: 'bad' },
  { name: 'dead', title: 'Dead letters', line: 'bad' },
];

export const KEY_LINES: readonly HistoryLine[] = [
  { name: 'lag', title: 'Entries behind', line: 'busy' },
  { name: 'entriesPerSec', title: 'Entries a second', line: 'link' },
];

/** The charts; the page's script reads and draws them. @param source their data, from the base. */
export function historyCharts(lines: readonly HistoryLine[], source: string, range: HistoryRange): Html {
  return html`<p class="empty" id="history-note" hidden>There is no history yet: the active scheduler takes one sample per minute.</p>
<div class="charts" data-history="${source}" data-range="${range}">${lines.map(
    ({ name, title, line }) => html`<figure class="panel chart" data-series="${name}" data-line="${line}">
<figcaption><h2>${title}</h2><output class="reading" aria-live="off"></output></figcaption>
<div class="plot" role="img" aria-label="${title}, over the last ${range}"></div>
</figure>`,
  )}</div>`;
}
