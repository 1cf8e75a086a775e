import type { QueueStatus } from '../../status/status-report.js';
import { count } from '../format.js';
import { type Html, html } from '../html.js';

/** What the queue is doing, in a line of numbers. */
export function queuePanel(queue: QueueStatus): Html {
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
</section>`;
}

function changesLine(heard: QueueStatus['changes']): Html | undefined {
  if (!heard) return undefined;
  if (heard.by === 'feed') return html`<p class="empty">Redis reports every change.</p>`;
  if (heard.by === 'connecting') return html`<p class="empty">The change feed is not connected.</p>`;
  return html`<p class="empty">All keys are polled every <code>SYNC_INTERVAL_SEC</code>: ${heard.why ?? ''}</p>`;
}
