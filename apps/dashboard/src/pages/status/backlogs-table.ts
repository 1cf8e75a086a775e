import type { BacklogStatus } from '../../status/status-report.js';
import { count, duration, keyLink, rate } from '../format.js';
import { type Html, html } from '../html.js';

/** The keys that are furthest behind, how far they are, and how long they still take. Nothing where all are in step. */
export function backlogsTable(backlogs: readonly BacklogStatus[]): Html | false {
  if (backlogs.length === 0) return false;
  return html`<section class="panel" aria-labelledby="backlogs">
<h2 id="backlogs">Catching up</h2>
<table class="cards">
<thead><tr><th scope="col">Key</th><th scope="col">Progress</th><th scope="col" class="n">Read</th><th scope="col" class="n">Left</th><th scope="col" class="n">Per second</th><th scope="col" class="n">Time left</th></tr></thead>
<tbody>${backlogs.map(row)}</tbody>
</table>
</section>`;
}

function row({ key, seen, lag, perSecond, secondsLeft }: BacklogStatus): Html {
  const share = Math.floor((100 * seen) / Math.max(1, seen + lag));
  return html`<tr><th scope="row">${keyLink(key)}</th><td class="state"><progress max="100" value="${String(share)}">${String(share)} %</progress></td><td class="n" data-name="Read">${count(seen)}</td><td class="n busy" data-name="Left">${count(lag)}</td><td class="n" data-name="Per second">${rate(perSecond)}</td><td class="n" data-name="Time left">${secondsLeft === null ? '–' : duration(secondsLeft)}</td></tr>`;
}
