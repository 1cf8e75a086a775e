import { type TypeStatus, total } from '../../status/status-report.js';
import { count, rate } from '../format.js';
import { type Html, html } from '../html.js';

/** The sums over all key types. */
export function tiles(types: readonly TypeStatus[]): Html {
  const sum = (number: Parameters<typeof total>[1]) => total(types, number);
  const known = types.some(({ perSecond }) => perSecond !== null);
  return html`<dl class="tiles">
${tile('Keys', count(sum('active')), sum('deleted') > 0 ? `and ${count(sum('deleted'))} deleted` : 'in Redis now')}
${tile('Entries copied', count(sum('written') + sum('alreadyThere')), `of ${count(sum('seen'))} read`)}
${tile('Now', rate(known ? sum('perSecond') : null), 'entries a second')}
${tile('Behind', count(sum('lag')), 'entries not copied yet', sum('lag') > 0 && 'busy')}
${tile('Dead letters', count(sum('dead')), 'records refused', sum('dead') > 0 && 'bad')}
${tile('Gaps', count(sum('gap')), 'dropped before read', sum('gap') > 0 && 'bad')}
</dl>`;
}

function tile(name: string, value: string, note: string, tone: 'busy' | 'bad' | false = false): Html {
  return html`<div class="tile ${tone}"><dt>${name}</dt><dd><b>${value}</b><small>${note}</small></dd></div>`;
}
