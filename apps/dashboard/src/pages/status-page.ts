import { isReadable, type StatusReport } from '../status/status-report.js';
import { clock } from './format.js';
import { type Html, html } from './html.js';
import { sitePage } from './layout.js';
import type { Site } from './site.js';
import { backlogsTable } from './status/backlogs-table.js';
import { errorsTable } from './status/errors-table.js';
import { keyTypesTable } from './status/key-types-table.js';
import { queuePanel } from './status/queue-panel.js';
import { tiles } from './status/tiles.js';
import { verdictPart } from './status/verdict-part.js';

/** The parts of the pages that change, by their ids. */
export type Parts = Readonly<Record<(typeof ORDER)[number] | 'verdict', Html>>;

/** Those whose height changes come last: what stands above them does not move. */
const ORDER = ['tiles', 'types', 'queue', 'errors', 'backlogs', 'asof'] as const;

export function statusPage(report: StatusReport, site: Site): Html {
  const parts = statusParts(report);
  const [first, ...rest] = ORDER;
  return sitePage(site, {
    current: './',
    title: 'Status',
    scripts: ['charts.js'],
    charts: true,
    noHeadline: true,
    main: html`${part('verdict', parts)}
${part(first, parts)}
<div class="charts">
${chart('behind', 'Seconds behind')}
${chart('lag', 'Entries behind')}
${chart('rate', 'Entries a second')}
</div>
${rest.map((id) => part(id, parts))}`,
  });
}

/** What changes, part by part: sent again when it does, and put in place by the page's script. */
export function statusParts(report: StatusReport): Parts {
  const { fleet, queue, at } = report;
  const nothing = html``;
  return {
    verdict: verdictPart(report),
    tiles: tiles(report),
    types: isReadable(fleet) ? keyTypesTable(fleet.types) : nothing,
    queue: isReadable(queue) ? queuePanel(queue) : nothing,
    errors: isReadable(fleet) ? errorsTable(fleet.errors, fleet.errorClasses, at) : nothing,
    backlogs: isReadable(fleet) ? html`${backlogsTable(fleet.backlogs)}` : nothing,
    asof: asOf(report),
  };
}

function part(id: keyof Parts, parts: Parts): Html {
  return html`<div id="${id}-part" data-part="${id}">${parts[id]}</div>`;
}

/** The chart itself is drawn by the page's script; what it shows is reported in words too. */
function chart(name: string, title: string): Html {
  return html`<figure class="panel chart" data-chart="${name}">
<figcaption><h2>${title}</h2><output class="reading" aria-live="off"></output></figcaption>
<div class="plot" role="img" aria-label="${title}, over the last hour"></div>
</figure>`;
}

/** Sums go through all keys, now and then: how old they are is reported. */
function asOf({ fleet, facts }: StatusReport): Html {
  const read = new Date(facts.at);
  const sums = isReadable(fleet) && html` The totals by key type are from ${clock(fleet.at)}.`;
  return html`<p class="asof">As of ${clock(read)}.${sums} Lag is as of each key’s last sync.</p>`;
}
