import type { Period } from '@redis-to-mongo/pipeline';
import { clock, count } from '../format.js';
import { type Html, html } from '../html.js';
import { scrollArea } from '../scroll-area.js';

/** The periods in which the key existed, newest first. */
export function activityTable(activity: readonly Period[]): Html {
  return html`<section class="panel" aria-labelledby="activity"><h2 id="activity">Incarnations</h2>${scrollArea(
    'Incarnations',
    html`<table>
<thead><tr><th scope="col">Incarnation</th><th scope="col">From</th><th scope="col">To</th><th scope="col">Ended</th></tr></thead>
<tbody>${activity.toReversed().map(row)}</tbody></table>`,
  )}</section>`;
}

function row({ incarnation, from, to, end }: Period): Html {
  return html`<tr><th scope="row">${count(incarnation)}</th><td>${clock(from)}</td><td>${to === null ? 'now' : clock(to)}</td><td>${end ?? '–'}</td></tr>`;
}
