import type { Reason } from '@redis-to-mongo/fleet-status';
import { isReadable, type StatusReport, total } from '../../status/status-report.js';
import { counted } from '../format.js';
import { toneOf } from '../health-sign.js';
import { type Html, html } from '../html.js';
import { reasonLink } from './reason-link.js';

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
  const [dead, gap] = isReadable(fleet) ? [total(fleet.types, 'dead'), total(fleet.types, 'gap')] : [0, 0];
  const all = [
    ...(paused > 0 ? [note('keys?status=paused', counted(paused, 'key is', 'keys are'), 'paused')] : []),
    ...(dead > 0 ? [note('dead-letters', counted(dead, 'record is', 'records are'), 'dead letters')] : []),
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
