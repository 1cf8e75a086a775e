import type { Gap } from '@redis-to-mongo/pipeline';
import { clock, count } from '../format.js';
import { type Html, html } from '../html.js';
import { scrollArea } from '../scroll-area.js';

/** What was lost unread, newest first. */
export function gapsTable(gaps: readonly Gap[]): Html | false {
  if (gaps.length === 0) return false;
  return html`<section class="panel" aria-labelledby="gaps"><h2 id="gaps">Gaps</h2>${scrollArea(
    'Gaps',
    html`<table>
<thead><tr><th scope="col">When</th><th scope="col" class="n">Entries</th><th scope="col">Cause</th><th scope="col">After</th><th scope="col">Up to</th><th scope="col" class="n">Incarnation</th></tr></thead>
<tbody>${gaps.toReversed().map(row)}</tbody></table>`,
  )}</section>`;
}

function row({ at, entries, exact, cause, after, upTo, incarnation }: Gap): Html {
  return html`<tr><th scope="row">${clock(at)}</th><td class="n bad">${!exact && 'about '}${count(entries)}</td><td>${cause}</td><td><code>${after}</code></td><td><code>${upTo}</code></td><td class="n">${count(incarnation)}</td></tr>`;
}
