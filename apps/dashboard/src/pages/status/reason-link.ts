import type { FleetFacts, Reason, ReasonCode } from '@redis-to-mongo/fleet-status';
import { keyPath } from '../../keys/key-path.js';
import { type Html, html } from '../html.js';

/** A page of the dashboard, and what the link to it says. */
type Place = readonly [path: string, name: string];

const BEHIND: Place = ['keys?status=behind', 'Keys that are behind'];
const PAUSED: Place = ['keys?status=paused', 'Paused keys'];
const WORKERS: Place = ['workers', 'Schedulers and workers'];
const QUEUE: Place = ['queues', 'The queue'];
const CONFIGURATION: Place = ['configuration', 'The configuration'];

/** Where what a reason names can be seen; `undefined`: on no page of the dashboard. */
const PLACES: Readonly<Record<ReasonCode, Place | undefined>> = {
  'other-fleet': CONFIGURATION,
  'queue-unreadable': CONFIGURATION,
  'target-unreadable': CONFIGURATION,
  'source-unreachable': CONFIGURATION,
  'queue-refuses-writes': undefined,
  'target-refuses-writes': undefined,
  'reading-old': undefined,
  'no-scheduler': WORKERS,
  'no-worker': WORKERS,
  'workers-paused': WORKERS,
  'clocks-differ': WORKERS,
  'queue-paused': QUEUE,
  'about-to-lose': BEHIND,
  'keys-failing': ['keys?status=failing', 'Failing keys'],
  'entries-lost': ['keys?status=gaps', 'Keys with gaps'],
  'search-failing': WORKERS,
  'changes-waiting-long': WORKERS,
  searching: WORKERS,
  'keys-missing': ['keys', 'All keys'],
  'changes-waiting': WORKERS,
  'jobs-late': QUEUE,
  'entries-behind': BEHIND,
  'paused-unread': PAUSED,
  'paused-unknown': PAUSED,
  'records-refused': ['dead-letters?within=1', 'Dead letters of the last hour'],
  'nothing-found': CONFIGURATION,
};

/** A link to what a reason names, with a space before it; nothing where no page shows it. */
export function reasonLink({ code }: Reason, { mirror }: FleetFacts): Html | undefined {
  const [soonest] = 'is' in mirror ? mirror.is.forecasts : [];
  const place: Place | undefined =
    code === 'about-to-lose' && soonest ? [keyPath(soonest.key), 'That stream'] : PLACES[code];
  return place && html` <a class="to" href="${place[0]}">${place[1]}</a>`;
}
