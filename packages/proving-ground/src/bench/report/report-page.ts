import type { BenchResult } from '../bench-result.js';
import { failureLines, machineLines } from './report-text.js';
import { markdownTable } from './table.js';
import { tablesOf } from './tables.js';

/** Between these two, docs/benchmarks.md has the figures of a run; what stands around them is written by hand. */
const BEGIN = '<!-- figures: written by `npm run bench -- --write-docs` -->\n';
const END = '<!-- end of figures -->\n';

const PICTURE =
  '![Entries per second, CPU, latency, and entries missing or doubled after kill -9](assets/benchmarks.svg)\n';

const ROUGH = '**These figures are rough**: small loads end before everything is warmed up.';

/** The page docs/benchmarks.md with the figures of a result in place of those that it has. @throws RangeError if it has no place for them. */
export function reportPage(page: string, result: BenchResult): string {
  const [before, after] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (before === -1 || after < before) throw new RangeError('docs/benchmarks.md does not mark its figures');
  return `${page.slice(0, before)}${BEGIN}${figures(result)}${page.slice(after)}`;
}

function figures(result: BenchResult): string {
  const machine = machineLines(result).map((line) => `- ${line}`);
  const rough = result.size === 'full' || result.size === 'large' ? [] : [ROUGH];
  const notes = [...rough, ...result.notes, ...failureLines(result)].map((note) => `- ${note}`);
  const tables = tablesOf(result).map((table) =>
    [`## ${table.title}`, '', table.about, '', ...markdownTable(table), ''].join('\n'),
  );
  return ['', PICTURE, [...machine, ...notes].join('\n'), '', ...tables, ''].join('\n');
}
