import { type Cell, grouped, type Progress } from '@redis-to-mongo/terminal';
import { tableLines } from '@redis-to-mongo/terminal/table';
import { runProgram } from './program/run-program.js';
import { recordRun } from './reliability/proving-run.js';
import { runSoak, type SoakReport } from './soak/run-soak.js';
import { parseSoakOptions, type SoakOptions } from './soak/soak-options.js';

await runProgram<SoakOptions, SoakReport>({
  name: 'soak',
  parse: parseSoakOptions,
  run: runSoak,
  lines: soakLines,
  onReport: async (report, { record }) => {
    if (record) await recordRun('soak', { ...report, seconds: Math.round(report.minutes * 60) });
  },
});

/** The report as text: one row per process and measured figure, then a summary line. */
function soakLines({ trends, entries, minutes, ok }: SoakReport, colors: Progress['colors']): string[] {
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
