import type { BenchResult } from '../bench-result.js';
import { failureLines, machineLines } from './report-text.js';
import { markdownTable } from './table.js';
import { tablesOf } from './tables.js';

const PICTURE =
  '![Entries per second, CPU, latency, and entries missing or doubled after kill -9](assets/benchmarks.svg)\n';

const ROUGH = '**These figures are rough**: small loads end before everything is warmed up.';

/** The generated block of docs/benchmarks.md. The text around the block is written by hand. */
export function reportFigures(result: BenchResult): string {
  const machine = machineLines(result).map((line) => `- ${line}`);
  const rough = result.size === 'full' || result.size === 'large' ? [] : [ROUGH];
  const notes = [...rough, ...result.notes, ...failureLines(result)].map((note) => `- ${note}`);
  const tables = tablesOf(result).map((table) =>
    [`## ${table.title}`, '', table.about, '', ...markdownTable(table), ''].join('\n'),
  );
  return ['', PICTURE, [...machine, ...notes].join('\n'), '', ...tables, ''].join('\n');
}
