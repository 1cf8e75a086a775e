import { isReadable, lagOf, type StatusReport, total } from '../../status/status-report.js';
import { count, rate, seconds } from '../format.js';
import { type Html, html } from '../html.js';

type Tone = 'busy' | 'bad' | false;

/** The fleet in six numbers. Those that keys can be listed for lead to the list. */
export function tiles(report: StatusReport): Html {
  const { fleet, queue, verdict } = report;
  const types = isReadable(fleet) ? fleet.types : undefined;
  const sum = (number: Parameters<typeof total>[1]) => (types ? total(types, number) : undefined);
  const known = types?.some(({ perSecond }) => perSecond !== null) === true;
  const jobs = isReadable(queue) ? queue : undefined;
  const lag = lagOf(report);
  const late = verdict.behindMs === null ? 'entries' : `entries, ${seconds(verdict.behindMs)}`;
  return html`<dl class="tiles">
${tile('Behind', lag, late, (lag ?? 0) > 0 && 'busy', 'keys?status=behind')}
${tile('Now', known ? rate(sum('perSecond') ?? 0) : undefined, 'entries a second', false)}
${tile('Workers', jobs?.workers, 'alive', jobs?.workers === 0 && 'bad', 'workers')}
${tile('Queue', jobs?.waiting, jobs ? `waiting, ${count(jobs.active)} running` : 'waiting', false, 'queues')}
${tile('Dead letters', sum('dead'), 'records refused', (sum('dead') ?? 0) > 0 && 'bad', 'dead-letters')}
${tile('Gaps', sum('gap'), 'entries lost unread', (sum('gap') ?? 0) > 0 && 'bad', 'keys?status=gaps')}
</dl>`;
}

function tile(
  name: string,
  value: number | string | undefined,
  note: string,
  tone: Tone,
  path?: string,
): Html {
  const text = value === undefined ? '–' : typeof value === 'number' ? count(value) : value;
  return html`<div class="tile ${tone}"><dt>${path ? html`<a href="${path}">${name}</a>` : name}</dt><dd><b>${text}</b><small>${note}</small></dd></div>`;
}
