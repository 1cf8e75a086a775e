import type { BenchEnvironment } from '../bench-environment.js';
import { caseName, type StreamCase } from '../bench-sizes.js';
import type { Contestant, OpenTarget } from '../contestants/contestant.js';
import { fillStreams } from '../fill-streams.js';

/** Runs each contestant on each load. Each repetition begins with another contestant: A B C, B C A, … */
export async function measureStreams(
  bench: BenchEnvironment,
  loads: readonly StreamCase[],
  contestants: readonly Contestant[],
  open: OpenTarget,
): Promise<void> {
  for (const load of loads) {
    await bench.clear();
    await fillStreams(bench.staging, load);
    for (let repetition = 1; repetition <= bench.repetitions; repetition++)
      for (const { who, run } of rotated(contestants, repetition - 1))
        await bench.measure({ load: caseName(load), who, repetition }, async () => {
          await using target = await open();
          return await run(bench, target, load, repetition === 1);
        });
  }
}

function rotated<T>(items: readonly T[], by: number): T[] {
  return items.map((_, i) => items[(i + by) % items.length]).filter((item) => item !== undefined);
}
