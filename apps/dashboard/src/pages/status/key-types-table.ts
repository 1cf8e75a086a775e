import type { TypeStatus } from '../../status/status-report.js';
import { count, rate } from '../format.js';
import { type Html, html } from '../html.js';
import { dataTable } from '../scroll-area.js';

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

/** One row per key type. On a narrow screen each row is a card, and the cells carry their column's name. */
export function keyTypesTable(types: readonly TypeStatus[]): Html {
  return html`<section class="panel" aria-labelledby="types">
<h2 id="types">By key type</h2>
${dataTable(['Type', 'State', ...COLUMNS.map((name) => `>${name}`)], types.map(row), 'cards')}
${types.length === 0 && html`<p class="empty">No keys yet.</p>`}
</section>`;
}

function row(type: TypeStatus): Html {
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
  return html`<tr><th scope="row">${type.keyType}</th><td class="state">${state(type)}</td>${cells.map(
    ([text, tone], i) =>
      html`<td class="n ${text === '0' && 'zero'} ${tone}" data-name="${COLUMNS[i]}">${text}</td>`,
  )}</tr>`;
}

function state({ failing, lag, paused }: TypeStatus): Html {
  const resting = paused > 0 && html` <span class="mark busy paused">${count(paused)} paused</span>`;
  if (failing > 0) return html`<span class="mark bad">${count(failing)} failing</span>${resting}`;
  const state =
    lag > 0 ? html`<span class="mark busy">catching up</span>` : html`<span class="mark good">in sync</span>`;
  return html`${state}${resting}`;
}
