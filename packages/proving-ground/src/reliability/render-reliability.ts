import { grouped } from '@redis-to-mongo/terminal';
import type { ProvingRun } from './proving-run.js';

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, number) => total + number, 0);
const ofAll = (counts: Readonly<Record<string, number>> | undefined): number =>
  sum(Object.values(counts ?? {}));
const HOUR = 3_600;

/** Renders the generated block of docs/reliability.md from the recorded runs. */
export function renderReliability(runs: readonly ProvingRun[]): string {
  const good = runs.filter(({ problems }) => problems.length === 0);
  const hours = (tool: ProvingRun['tool']) =>
    (sum(good.filter((run) => run.tool === tool).map(({ seconds }) => seconds)) / HOUR).toFixed(2);
  const totals: [string, string][] = [
    ['Faults survived', grouped(sum(good.map(({ faults }) => ofAll(faults))))],
    ['Entries accounted for', grouped(sum(good.map(({ entries = 0 }) => entries)))],
    ['States of values accounted for', grouped(sum(good.map(({ states = 0 }) => states)))],
    ['Verdicts "complete" that were correct', grouped(sum(good.map(({ verdicts = 0 }) => verdicts)))],
    ['Random inputs tried', grouped(sum(good.map(({ inputs }) => ofAll(inputs))))],
    ['Hours of chaos', hours('chaos')],
    ['Hours of soak', hours('soak')],
    ['Recorded runs without a problem', `${good.length} of ${runs.length}`],
  ];
  return `| | |
| --- | ---: |
${rows(totals)}

## Runs

| Tool | Day | Seed | Length | Faults | Entries | States | Complete | Inputs | Problems | Node, servers |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- | --- |
${rows(runs.map(runRow))}
${faultTable(good)}${inputTable(good)}`;
}

function runRow(run: ProvingRun): string[] {
  const { tool, day, seed, seconds, node, servers, problems } = run;
  const count = (number: number | undefined) => (number ? grouped(number) : '');
  return [
    tool,
    day,
    String(seed),
    `${grouped(seconds)} s`,
    count(ofAll(run.faults)),
    count(run.entries),
    count(run.states),
    count(run.verdicts),
    count(ofAll(run.inputs)),
    problemText(problems),
    [`Node ${node}`, ...servers].join(', '),
  ];
}

function faultTable(runs: readonly ProvingRun[]): string {
  const table = countTable(runs.map(({ faults }) => faults));
  return table && `\n## Faults survived\n\n| Fault | Times |\n| --- | ---: |\n${table}\n`;
}

function inputTable(runs: readonly ProvingRun[]): string {
  const table = countTable(runs.map(({ inputs }) => inputs));
  return table && `\n## Random inputs\n\n| Input | Cases |\n| --- | ---: |\n${table}\n`;
}

function countTable(all: readonly (Readonly<Record<string, number>> | undefined)[]): string {
  const totals = new Map<string, number>();
  for (const counts of all)
    for (const [what, count] of Object.entries(counts ?? {}))
      totals.set(what, (totals.get(what) ?? 0) + count);
  return rows(
    [...totals].sort(([a], [b]) => (a < b ? -1 : 1)).map(([what, count]) => [what, grouped(count)]),
  );
}

function rows(all: readonly (readonly string[])[]): string {
  return all.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n');
}

/** The first problem, and the number of further ones. */
function problemText([first, ...more]: readonly string[]): string {
  if (first === undefined) return 'none';
  return more.length > 0 ? `${first}; and ${more.length} more` : first;
}
