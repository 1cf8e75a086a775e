import type { BenchResult } from '../bench-result.js';
import { figure } from './figures.js';
import { markdownTable, textTable } from './table.js';
import { tablesOf } from './tables.js';

/** The result for a terminal. */
export function reportText(result: BenchResult): string {
  const parts = tablesOf(result).map((table) =>
    ['', table.title, `  ${table.about}`, ...textTable(table).map((line) => `  ${line}`)].join('\n'),
  );
  return [...parts, '', ...machineLines(result), ...result.notes, ...failureLines(result)].join('\n');
}

/** One line per failed measurement. */
function failureLines({ failures }: BenchResult): string[] {
  return failures.map((failure) => `**Not measured**: ${failure}`);
}

/** One line each about the machine, the servers, the versions, the settings and the time. */
function machineLines({ machine, size, repetitions, times }: BenchResult): string[] {
  const { cpu, cores, memoryBytes, system, node, redis, mongo, packages, date } = machine;
  const memory = figure(memoryBytes / 1024 ** 3, 1);
  return [
    `Machine: ${cpu}, ${cores} ${cores === 1 ? 'core' : 'cores'}, ${memory} GiB, ${system}; ${date}`,
    `Servers: Redis ${redis} (append-only file, synced every second); MongoDB: ${mongo}`,
    `Versions: Node ${node}, ${Object.entries(packages)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}`,
    `Settings: size ${size}, repetitions ${repetitions}, fewer for long measurements; a scheduler and one worker unless stated otherwise`,
    `Minutes: ${times.map(({ part, seconds }) => `${part} ${figure(seconds / 60, 1)}`).join(', ')}; total ${figure(times.reduce((sum, { seconds }) => sum + seconds, 0) / 60, 1)}`,
  ];
}

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
