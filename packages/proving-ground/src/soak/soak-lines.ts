import { type Cell, grouped, tableLines } from '@redis-to-mongo/terminal';
import picocolors from 'picocolors';
import type { SoakReport } from './run-soak.js';

const PLAIN = picocolors.createColors(false);

/** The report for people: a row for each thing of each process, and the last line. */
export function soakLines({ trends, entries, minutes, ok }: SoakReport): string[] {
  const rows = trends.map(({ process, what, from, to, perHour, verdict, samples }): Cell[] => [
    process,
    what,
    from.toFixed(1),
    to.toFixed(1),
    perHour.toFixed(2),
    verdict,
    samples,
  ]);
  return [
    ...tableLines(['process', 'what', 'from', 'to', 'an hour', 'verdict', 'samples'], rows, PLAIN),
    '',
    `${grouped(entries)} entries in ${minutes} min: ${ok ? 'all are there, and nothing grows' : 'see the problems'}`,
  ];
}
