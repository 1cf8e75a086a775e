import { behindOf, isReadable, type StatusReport, total } from '../../status/status-report.js';
import { count, rate, seconds } from '../format.js';
import { type Html, html } from '../html.js';

type Tone = 'busy' | 'bad' | false;

/** The fleet in six numbers. Those that keys can be listed for lead to the list. */
export function tiles({ fleet, queue }: StatusReport): Html {
  const types = isReadable(fleet) ? fleet.types : undefined;
  const sum = (number: Parameters<typeof total>[1]) => (types ? total(types, number) : undefined);
  const known = types?.some(({ perSecond }) => perSecond !== null) === true;
  const jobs = isReadable(queue) ? queue : undefined;
  const lag = sum('lag') ?? 0;
  const behind = behindOf({ fleet, queue });
  const late = behind === null ? 'entries' : `entries, ${seconds(behind)}`;
  const workers = jobs === undefined ? undefined : (jobs.workers ?? 'unknown');
  return html`<dl class="tiles">
${tile('Behind', sum('lag'), late, lag > 0 && 'busy', 'keys?status=behind&sort=-lag')}
${tile('Now', known ? rate(sum('perSecond') ?? 0) : undefined, 'entries a second', false)}
${tile('Workers', workers, 'alive', workers === 0 && 'bad')}
${tile('Queue', jobs?.waiting, jobs ? `waiting, ${count(jobs.active)} running` : 'waiting', false, 'queues')}
${tile('Dead letters', sum('dead'), 'records refused', (sum('dead') ?? 0) > 0 && 'bad', 'keys?status=dead+letters&sort=-dead')}
${tile('Gaps', sum('gap'), 'entries lost unread', (sum('gap') ?? 0) > 0 && 'bad', 'keys?status=gaps&sort=-gaps')}
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
