import { grouped } from '@redis-to-mongo/terminal';
import type { BenchEnvironment } from './bench-environment.js';
import type { Run } from './bench-result.js';

/** Reports a run while the benchmark continues. */
export function printRun(bench: Pick<BenchEnvironment, 'say'>, run: Omit<Run, 'repetition'>): void {
  const { part, load, who, entries, seconds, cpu } = run;
  const rate = `${grouped(entries / seconds)}/s`.padStart(10);
  const perMillion = ((1e6 * cpu) / entries).toFixed(1);
  bench.say(`  ${part}  ${load.padEnd(18)} ${who.padEnd(22)} ${rate}  ${perMillion} CPU s per million`);
}
