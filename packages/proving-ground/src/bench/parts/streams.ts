import type { BenchEnvironment } from '../bench-environment.js';
import type { Part } from '../bench-options.js';
import type { Run } from '../bench-result.js';
import { caseName, type StreamCase } from '../bench-sizes.js';
import type { Contestant, OpenTarget } from '../contestants/contestant.js';
import { fillStreams } from '../fill-streams.js';
import { printRun } from '../print-run.js';

/** Each contestant on each load, in turn (A B C A B C …), and with each repetition another one first. */
export async function measureStreams(
  bench: BenchEnvironment,
  part: Part,
  loads: readonly StreamCase[],
  contestants: readonly Contestant[],
  open: OpenTarget,
): Promise<Run[]> {
  const runs: Run[] = [];
  for (const load of loads) {
    await bench.clear();
    await fillStreams(bench.staging, load);
    for (let repetition = 1; repetition <= bench.repetitions; repetition++)
      for (const contestant of rotated(contestants, repetition - 1)) {
        const what = `${part}, ${caseName(load)}, ${contestant.who}`;
        const measured = await bench.attempt(what, () =>
          runOnce(bench, contestant, load, repetition === 1, open),
        );
        if (!measured) continue;
        const run = { part, repetition, ...measured };
        printRun(bench, run);
        runs.push(run);
      }
  }
  return runs;
}

async function runOnce(
  bench: BenchEnvironment,
  contestant: Contestant,
  load: StreamCase,
  isFirst: boolean,
  open: OpenTarget,
): Promise<Omit<Run, 'part' | 'repetition'>> {
  await using target = await open();
  return {
    load: caseName(load),
    who: contestant.who,
    ...(await contestant.run(bench, target, load, isFirst)),
  };
}

function rotated<T>(items: readonly T[], by: number): T[] {
  return items.map((_, i) => items[(i + by) % items.length]).filter((item) => item !== undefined);
}
