import { type FleetFacts, onlyFailingWait, type Reason, type ReasonCode } from '@redis-to-mongo/fleet-status';
import { keyPath } from '../../keys/key-path.js';
import { isReadable, type StatusReport, total } from '../../status/status-report.js';
import { counted } from '../format.js';
import { toneOf } from '../health-sign.js';
import { type Html, html } from '../html.js';

/** What an operator must know first: whether the mirror is complete, and if not, why, what to do, and where to see it. */
export function verdictPart(report: StatusReport): Html {
  const { level, title, reasons } = report.verdict;
  const [worst, ...others] = reasons;
  const detail = worst ? remedy(worst, report) : html`Everything is copied.`;
  return html`<section class="verdict ${toneOf(level)}" data-level="${level}"><h1>${title}</h1><p>${detail}</p>${notes(report)}${
    others.length > 0 &&
    html`<ul>${others.map((other) => html`<li><b>${other.what}.</b> ${remedy(other, report)}</li>`)}</ul>`
  }</section>`;
}

function remedy(reason: Reason, { facts }: StatusReport): Html {
  return html`${reason.remedy}${reasonLink(reason, facts)}`;
}

/** Notices that are not alarms. */
function notes({ facts: { mirror }, fleet }: StatusReport): Html | undefined {
  const paused = 'is' in mirror ? mirror.is.paused.keys : 0;
  const gap = isReadable(fleet) ? total(fleet.types, 'gap') : 0;
  const all = [
    ...(paused > 0 ? [note('keys?status=paused', counted(paused, 'key is', 'keys are'), 'paused')] : []),
    ...(gap > 0
      ? [
          note(
            'keys?status=gaps',
            counted(gap, 'entry was', 'entries were'),
            'dropped by Redis before being read',
          ),
        ]
      : []),
  ];
  return all.length === 0 ? undefined : html`<p>${all}</p>`;
}

function note(path: string, subject: string, rest: string): Html {
  return html`${subject} <a href="${path}">${rest}</a>. `;
}

/** A page of the dashboard, and what the link to it says. */
type Place = readonly [path: string, name: string];

const BEHIND: Place = ['keys?status=behind', 'Keys that are behind'];
const PAUSED: Place = ['keys?status=paused', 'Paused keys'];
const WORKERS: Place = ['workers', 'Schedulers and workers'];
const QUEUE: Place = ['queues', 'The queue'];
const CONFIGURATION: Place = ['configuration', 'The configuration'];

/** The page that shows what a reason is about; `undefined` if no page does. */
const PLACES: Readonly<Record<ReasonCode, Place | undefined>> = {
  'other-fleet': CONFIGURATION,
  'queue-unreadable': CONFIGURATION,
  'target-unreadable': CONFIGURATION,
  'source-unreachable': CONFIGURATION,
  'queue-refuses-writes': undefined,
  'queue-evicts': undefined,
  'target-refuses-writes': undefined,
  'target-unusable': WORKERS,
  'target-slow': undefined,
  'reading-old': undefined,
  'no-scheduler': WORKERS,
  'no-worker': WORKERS,
  'workers-paused': WORKERS,
  'clocks-differ': WORKERS,
  'options-differ': WORKERS,
  'servers-differ': WORKERS,
  'queue-paused': QUEUE,
  'about-to-lose': BEHIND,
  'keys-refused': ['dead-letters?collection=keys', 'Dead letters of these keys'],
  'keys-failing': ['keys?status=failing', 'Failing keys'],
  'entries-lost': ['keys?status=gaps', 'Keys with gaps'],
  'search-failing': WORKERS,
  'changes-waiting-long': WORKERS,
  'workers-retrying': WORKERS,
  searching: WORKERS,
  'keys-missing': ['keys', 'All keys'],
  'changes-waiting': WORKERS,
  'jobs-late': QUEUE,
  'entries-behind': BEHIND,
  'paused-unread': PAUSED,
  'paused-unknown': PAUSED,
  'records-refused': ['dead-letters', 'Dead letters'],
  'nothing-found': CONFIGURATION,
};

/** A link to what a reason names, with a space before it; nothing where no page shows it. */
export function reasonLink({ code }: Reason, facts: FleetFacts): Html | undefined {
  const [soonest] = 'is' in facts.mirror ? facts.mirror.is.forecasts : [];
  const isOfFailing = code.startsWith('changes-waiting') && onlyFailingWait(facts);
  const place: Place | undefined =
    code === 'about-to-lose' && soonest
      ? [keyPath(soonest.key), 'That stream']
      : PLACES[isOfFailing ? 'keys-failing' : code];
  return place && html` <a class="to" href="${place[0]}">${place[1]}</a>`;
}
