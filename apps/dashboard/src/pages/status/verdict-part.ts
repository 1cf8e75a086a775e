import type { Reason } from '@redis-to-mongo/fleet-status';
import { isReadable, type StatusReport, total } from '../../status/status-report.js';
import { count, counted } from '../format.js';
import { toneOf } from '../health-sign.js';
import { type Html, html } from '../html.js';

/** What an operator must know first: whether the mirror is complete, and if not, why, and what to do. */
export function verdictPart(report: StatusReport): Html {
  const { level, title, reasons } = report.verdict;
  const [worst, ...others] = reasons;
  const detail = `${worst?.remedy ?? 'Nothing waits to be copied.'}${notes(report)}`;
  return html`<section class="verdict ${toneOf(level)}" data-level="${level}"><h1>${title}</h1><p>${detail}</p>${
    others.length > 0 && html`<ul>${others.map(line)}</ul>`
  }</section>`;
}

function line({ what, remedy }: Reason): Html {
  return html`<li><b>${what}.</b> ${remedy}</li>`;
}

/** What is no alarm, and is told all the same. */
function notes({ facts: { mirror }, fleet }: StatusReport): string {
  const paused = 'is' in mirror ? mirror.is.paused.keys : 0;
  const [dead, gap] = isReadable(fleet) ? [total(fleet.types, 'dead'), total(fleet.types, 'gap')] : [0, 0];
  const losses = [
    ...(dead > 0 ? [counted(dead, 'record is a dead letter', 'records are dead letters')] : []),
    ...(gap > 0
      ? [`${count(gap)} ${gap === 1 ? 'entry was' : 'entries were'} dropped by Redis before being read`]
      : []),
  ];
  return `${paused > 0 ? ` ${counted(paused, 'key is', 'keys are')} paused.` : ''}${
    losses.length > 0 ? ` ${losses.join('; ')}.` : ''
  }`;
}
