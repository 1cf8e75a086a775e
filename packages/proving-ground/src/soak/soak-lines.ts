import { type Cell, grouped, type Progress, tableLines } from '@redis-to-mongo/terminal';
import type { SoakReport } from './run-soak.js';

/** The report for people: a row for each thing of each process, and the last line. */
export function soakLines(
  { trends, entries, minutes, ok }: SoakReport,
  colors: Progress['colors'],
): string[] {
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
    ...tableLines(['process', 'what', 'from', 'to', 'an hour', 'verdict', 'samples'], rows, colors),
    '',
    `${grouped(entries)} entries in ${minutes} min: ${ok ? 'all are there, and nothing grows' : 'see the problems'}`,
  ];
}
