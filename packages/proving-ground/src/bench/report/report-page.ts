import type { BenchResult } from '../bench-result.js';
import { HOW_TO } from './how-to.js';
import { failureLines, machineLines } from './report-text.js';
import { markdownTable } from './table.js';
import { tablesOf } from './tables.js';

const HEAD = `# Benchmarks

<!-- Written by the benchmark: \`npm run bench -- --write-docs\`. Change packages/proving-ground/src/bench/report instead. -->

Medians over the repetitions, with the least and the most in brackets. All contestants ran in turn on one machine, and
after each run it was checked that every entry is there; the fleet's first run of each load was compared byte for byte.

- **The fleet** is the real one: a scheduler, the queue in a database of its own on the same Redis, and one worker. Its
  clock runs from the instant at which the keys are there (a sweep finds them) until all positions are saved.
- **The limit** is a bare loop in one process with the same drivers: XRANGE COUNT 5000, map, unordered insertMany, the
  next read during the write. It saves no position, and nothing in it is safe.
- **The old engine's way** is one XREAD over all streams, one insert for each message, the position behind them, written
  anew after its description. It gets the first entries of each load only, so that it ends; its rate is not scaled.
- **Redpanda Connect** reads by consumer groups and inserts; the end of this page tells how to build it.
- Where streams grow (latency, kill -9, idle), the limit is a blocking XREAD over all streams that begins with what comes after
  its start, and the old engine's way polls each second, as it did.
- **The bare loop** does with small values what the fleet does: SCAN, TYPE, the value and PTTL in pipelines of a thousand, two
  documents a key by unordered insertMany, the next read during the write. **once** is the command, Node's start included.
- CPU seconds per million entries are those of the contestant's own processes; Redis's and MongoDB's stand apart.
  The MongoDB-compatible server takes most of a small machine's CPU, so the rates are as much its as ours: CPU per
  million is the figure that carries over to other machines. The peak of memory is that of the contestant's processes, added up.
`;

const PICTURE =
  '![Who moves streams how fast, at what cost, and what is wrong after kill -9](assets/benchmarks.svg)\n';

const ROUGH =
  '**These figures are rough**: the short form, with small loads that are over before everything has warmed up.';

/** The result as the page docs/benchmarks.md. */
export function reportPage(result: BenchResult): string {
  const machine = machineLines(result).map((line) => `- ${line}`);
  const rough = result.size === 'full' || result.size === 'large' ? [] : [ROUGH];
  const notes = [...rough, ...result.notes, ...failureLines(result)].map((note) => `- ${note}`);
  const tables = tablesOf(result).map((table) =>
    [`## ${table.title}`, '', table.about, '', ...markdownTable(table), ''].join('\n'),
  );
  return [HEAD, PICTURE, [...machine, ...notes].join('\n'), '', ...tables, HOW_TO].join('\n');
}
